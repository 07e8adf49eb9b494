// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/connection.hpp>
#include <tidings/server/detail/socket_transport.hpp>

#include <fmt/format.h>

#include <utility>

namespace asio = boost::asio;

namespace tidings::detail {

std::string socket_transport::stream_head(int status, headers const& fields)
{
    request const& asked = over_.current()->asked();
    auto how = over_.params(asked);
    how.keep_alive = asked.keep_alive();
    return tidings::stream_head(status, fields, how);
}

framing socket_transport::body_framing() const noexcept
{
    return http_minor_ == 0 ? framing::none : framing::chunked;
}

write_result socket_transport::write(std::span<asio::const_buffer const> pieces)
{
    if (over_.is_closed())
        return {.is_gone = true};
    auto const sent = send(over_.socket(), pieces);
    if (sent.is_broken) {
        over_.client_gone();
        return {.is_gone = true};
    }
    return {.taken = sent.count};
}

void socket_transport::await_writable()
{
    over_.socket().async_wait(stream_socket::wait_write,
                              [this, alive = over_.shared_from_this()](boost::system::error_code error) {
                                  if (error || !alive->current())
                                      return;
                                  alive->current()->out().out().on_writable();
                                  if (is_finishing_)
                                      finish();
                              });
}

void socket_transport::finish()
{
    exchange* const present = over_.current();
    if (!present || over_.is_closed())
        return;
    writer& out = present->out().out();
    if (!std::exchange(is_finishing_, true))
        present->out().end_body();
    out.flush();
    if (over_.current() && out.unsent() == 0 && !present->is_answering())
        over_.end_after_answer();
}

void socket_transport::cut(cut_reason why)
{
    auto& shared = *over_.home().shared;
    auto const tell = [&](std::string_view what) {
        exchange const* const present = over_.current();
        shared.log(log_level::warning, fmt::format("cut the stream of {} {}: {}", over_.peer(),
                                                   present ? present->asked().path() : "", what));
    };
    switch (why) {
    case cut_reason::write_timeout:
        ++shared.counts.write_timeouts;
        tell("the client took nothing within the write timeout");
        break;
    case cut_reason::queue_overflow:
        ++shared.counts.queue_overflows;
        tell("more was waiting than the queue limit allows");
        break;
    case cut_reason::behind:
        tell("it fell behind its topic's history");
        break;
    case cut_reason::handler_failed:
        break;
    }
    over_.give_up(why == cut_reason::write_timeout || why == cut_reason::queue_overflow);
}

} // namespace tidings::detail
