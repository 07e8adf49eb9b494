// SPDX-License-Identifier: BSL-1.0
#include <tidings/service/detail/predecessor.hpp>

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace tidings::detail {

namespace {

constexpr std::chrono::seconds time_for_sockets{10};
constexpr std::chrono::minutes time_to_release{1};

[[noreturn]] void fail(pid_t process, std::string_view what)
{
    throw std::runtime_error(
        fmt::format("tidings: the process {}, which this one is to replace, {}", process, what));
}

internal::message answer_of(int socket, pid_t process, std::chrono::milliseconds limit)
{
    if (!internal::wait_for_message(socket, limit))
        fail(process, "does not answer; it may be stuck: end it, and start this one again");
    auto given = internal::receive_message(socket);
    if (!given.received)
        fail(process, "has ended meanwhile; start this one again");
    if (std::string_view(given.received->text).starts_with(upgrade_message::refusal))
        fail(process, "refuses: " + given.received->text.substr(upgrade_message::refusal.size()));
    return std::move(*given.received);
}

} // namespace

std::optional<predecessor> predecessor::find(std::string const& path)
{
    auto found = internal::call(path);
    if (!found)
        return {};
    if (!found->is_same_user)
        fail(found->process,
             fmt::format("runs as another user; start this one as the same user, or use another path than {}",
                         path));
    auto given = answer_of(found->socket.descriptor(), found->process, time_for_sockets);
    if (given.text != upgrade_message::sockets)
        fail(found->process, "has another kind of upgrade; stop it, and start this one again");
    return predecessor(std::move(*found), std::move(given.sockets));
}

predecessor::predecessor(internal::caller found, std::vector<internal::stream_socket> sockets)
    : socket_(std::move(found.socket)), process_(found.process), sockets_(std::move(sockets))
{}

void predecessor::request_release() const
{
    if (!internal::send_message(socket_.descriptor(), upgrade_message::release))
        fail(process_, "has ended meanwhile; start this one again");
    (void)answer_of(socket_.descriptor(), process_, time_to_release);
}

} // namespace tidings::detail
