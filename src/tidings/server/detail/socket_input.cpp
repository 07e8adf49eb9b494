// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/socket_input.hpp>

#include <utility>

namespace tidings::detail {

void socket_input::read()
{
    while (may_read()) {
        auto const buffer = read_buffer();
        auto const got = receive(socket_, buffer);
        if (got.what == receive_result::bytes) {
            on_input({buffer.data(), got.count});
            if (got.count == buffer.size())
                continue;
        } else if (got.what == receive_result::end && !has_ended_) {
            has_ended_ = true;
            on_end_of_input();
        } else if (got.what == receive_result::broken) {
            on_broken();
        }
        break;
    }
    wait();
}

void socket_input::wait()
{
    if (is_waiting_ || !may_read())
        return;
    is_waiting_ = true;
    // After the end of input the socket stays readable; what is left to see is a reset.
    auto const what = has_ended_ ? stream_socket::wait_error : stream_socket::wait_read;
    socket_.async_wait(what, [self = keep_alive()](boost::system::error_code error) {
        self->is_waiting_ = false;
        if (!error)
            self->read();
    });
}

} // namespace tidings::detail
