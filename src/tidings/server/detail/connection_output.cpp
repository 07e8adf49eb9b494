// SPDX-License-Identifier: BSL-1.0
// How the bytes of a connection's answers leave.
#include <tidings/server/detail/connection.hpp>

namespace asio = boost::asio;

namespace tidings::detail {

void connection::begin_answer(request const& asked) noexcept
{
    is_http_1_0_ = asked.http_minor() == 0;
    may_reuse_ = asked.keep_alive() && !is_http_1_0_;
    is_finishing_ = false;
    if (is_limited_)
        socket().limit_unacknowledged({});
    is_limited_ = false;
}

std::string connection::stream_head(int status, headers const& fields)
{
    // Its events may all find room in the kernel, and then no deadline of the writer's runs. A plain answer
    // has an end, and the peer of one that waits is asked by probes, which this limit would cut short.
    auto const& options = out_.options();
    socket().limit_unacknowledged(internal::unacknowledged_limit(options.keep_alive, options.write_timeout));
    is_limited_ = true;
    return tidings::internal::stream_head(status, fields, params(exchange_->asked()));
}

internal::write_result connection::write(std::span<asio::const_buffer const> pieces)
{
    if (phase_ == phase::closed)
        return {.is_gone = true};
    auto const sent = socket().send(pieces);
    if (sent.is_broken) {
        sent.is_lost ? client_lost() : client_gone();
        return {.is_gone = true};
    }
    return {.taken = sent.count};
}

void connection::await_writable()
{
    is_awaited_ = true;
    home_->sockets->watch_writing(socket().descriptor(), *this);
}

void connection::on_writable()
{
    if (!is_awaited_)
        return;
    is_awaited_ = false;
    out_.on_writable();
    if (is_finishing_)
        finish();
}

void connection::finish()
{
    if (phase_ == phase::closed)
        return;
    is_finishing_ = true;
    out_.end_body(); // once is enough
    out_.flush();
    if (phase_ != phase::closed && out_.unsent() == 0 && !is_answering())
        end_after_answer();
}

void connection::cut(cut_reason why)
{
    auto& shared = *home_->shared;
    switch (why) {
    case cut_reason::write_timeout:
        ++shared.counts.write_timeouts;
        log_cut("the client took nothing within the write timeout, or less than the least rate");
        break;
    case cut_reason::queue_overflow:
        ++shared.counts.queue_overflows;
        log_cut("more was waiting than the queue limit allows");
        break;
    case cut_reason::behind:
        log_cut("it fell behind its topic's history; when clients that read are cut, more is published "
                "at once than topic_options::max_events keeps");
        break;
    case cut_reason::handler_failed:
        break;
    }
    give_up(why == cut_reason::write_timeout || why == cut_reason::queue_overflow);
}

} // namespace tidings::detail
