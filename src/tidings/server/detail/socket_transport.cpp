// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/connection.hpp>
#include <tidings/server/detail/socket_transport.hpp>

#include <utility>

namespace asio = boost::asio;

namespace tidings::detail {

void socket_transport::begin(request const& asked) noexcept
{
    is_http_1_0_ = asked.http_minor() == 0;
    may_reuse_ = asked.keep_alive() && !is_http_1_0_;
    is_finishing_ = false;
    if (std::exchange(is_limited_, false))
        over_.socket().limit_unacknowledged({});
}

std::string socket_transport::stream_head(int status, headers const& fields)
{
    // Its events may all find room in the kernel, and then no deadline of the writer's runs. A plain answer
    // has an end, and the peer of one that waits is asked by probes, which this limit would cut short.
    auto const& options = over_.home().shared->options;
    over_.socket().limit_unacknowledged(
        internal::unacknowledged_limit(options.keep_alive, options.write_timeout));
    is_limited_ = true;
    return tidings::internal::stream_head(status, fields, over_.params(over_.current()->asked()));
}

internal::write_result socket_transport::write(std::span<asio::const_buffer const> pieces)
{
    if (over_.is_closed())
        return {.is_gone = true};
    auto const sent = over_.socket().send(pieces);
    if (sent.is_broken) {
        sent.is_lost ? over_.client_lost() : over_.client_gone();
        return {.is_gone = true};
    }
    return {.taken = sent.count};
}

std::size_t socket_transport::underway() const noexcept
{
    return over_.socket().unacknowledged();
}

void socket_transport::await_writable()
{
    is_awaited_ = true;
    over_.await_writable();
}

void socket_transport::on_writable()
{
    if (!std::exchange(is_awaited_, false))
        return;
    over_.out().on_writable();
    if (is_finishing_)
        finish();
}

void socket_transport::finish()
{
    if (over_.is_closed())
        return;
    internal::writer& out = over_.out();
    if (!std::exchange(is_finishing_, true))
        over_.out().end_body();
    out.flush();
    if (!over_.is_closed() && out.unsent() == 0 && !over_.is_answering())
        over_.end_after_answer();
}

void socket_transport::cut(cut_reason why)
{
    auto& shared = *over_.home().shared;
    switch (why) {
    case cut_reason::write_timeout:
        ++shared.counts.write_timeouts;
        over_.log_cut("the client took nothing within the write timeout, or less than the least rate");
        break;
    case cut_reason::queue_overflow:
        ++shared.counts.queue_overflows;
        over_.log_cut("more was waiting than the queue limit allows");
        break;
    case cut_reason::behind:
        over_.log_cut("it fell behind its topic's history; when clients that read are cut, more is published "
                      "at once than topic_options::max_events keeps");
        break;
    case cut_reason::handler_failed:
        break;
    }
    over_.give_up(why == cut_reason::write_timeout || why == cut_reason::queue_overflow);
}

} // namespace tidings::detail
