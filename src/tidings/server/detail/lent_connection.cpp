// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/lent_connection.hpp>

namespace tidings::detail {

bool lent_connection::gives_back(request const& head, std::string_view before, std::string_view bytes)
{
    if (shared().routes.takes(head))
        return false;
    std::string unanswered(before);
    unanswered += bytes;
    unanswered.erase(0, unanswered.find_first_not_of("\r\n")); // not every server skips blank lines
    internal::stream_socket back = hand_over().take();
    back.limit_unacknowledged({}); // that of a stream before
    std::exchange(on_unrouted_, nullptr)(std::move(back), std::move(unanswered));
    return true;
}

} // namespace tidings::detail
