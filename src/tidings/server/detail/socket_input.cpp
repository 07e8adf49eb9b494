// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/socket_input.hpp>

namespace tidings::detail {

void socket_input::note(internal::socket_readiness what) noexcept
{
    may_hold_input_ |= what.can_read || what.has_hung_up;
    ends_soon_ |= what.has_ended || what.has_hung_up;
    has_hung_up_ |= what.has_hung_up;
}

void socket_input::read_on()
{
    reads_on_ = false;
    read();
}

void socket_input::read()
{
    while (may_hold_input_ && !reads_on_ && may_read()) {
        auto const buffer = read_buffer();
        auto const got = socket_.receive(buffer);
        // The watch tells of what comes behind a read that did not fill the buffer, but not of an end that it
        // has told already.
        may_hold_input_ =
            got.what == internal::receive_result::bytes && (got.count == buffer.size() || ends_soon_);
        if (got.what == internal::receive_result::bytes) {
            if (got.count == buffer.size()) {
                read_in_another_turn();
                reads_on_ = true;
            }
            on_input({buffer.data(), got.count});
        } else if (got.what == internal::receive_result::broken ||
                   got.what == internal::receive_result::lost ||
                   (got.what == internal::receive_result::end && has_hung_up_)) {
            // After the peer's FIN a reset is no error to `recv`, which goes on to say that the input has
            // ended.
            on_broken(got.what == internal::receive_result::lost);
        } else if (got.what == internal::receive_result::end && !has_ended_) {
            has_ended_ = true;
            on_end_of_input();
        }
    }
}

} // namespace tidings::detail
