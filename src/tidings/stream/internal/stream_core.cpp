// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/response_framing.hpp>
#include <tidings/sse/internal/encode.hpp>
#include <tidings/stream/internal/stream_core.hpp>

#include <boost/asio/io_context.hpp>

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace asio = boost::asio;

namespace tidings::internal {

stream_core::stream_core(context ctx, event_writer& out, request const& asked)
    : ctx_(std::move(ctx)), out_(out), asked_(asked)
{}

void stream_core::check_thread() const
{
    auto const executor = ctx_.get_executor();
    auto const* const io = executor.target<asio::io_context::executor_type>();
    if (io && !io->running_in_this_thread())
        throw std::logic_error(
            "tidings: an event_stream belongs to its handler's loop and was used from another "
            "thread; send what you have through a channel or a topic instead");
    access::state(ctx_).home().check_thread();
}

void stream_core::require_open(char const* what) const
{
    check_thread();
    char const* why = nullptr;
    switch (state_) {
    case state::fresh:
    case state::streaming:
        return;
    case state::responded:
        why = "a plain response has taken the place of the stream";
        break;
    case state::finished:
        why = "the stream has been finished";
        break;
    case state::attached:
        why = "the stream has been handed over to a topic";
        break;
    }
    throw std::logic_error(fmt::format("tidings: event_stream::{} after the end: {}", what, why));
}

void stream_core::check_fresh(char const* what) const
{
    require_open(what);
    if (is_head_sent())
        throw std::logic_error(
            fmt::format("tidings: event_stream::{} comes too late: the headers are sent with "
                        "the first event, by open(), or after one keep-alive interval",
                        what));
}

// Of a connection that is lost nothing leaves, at once: so it counts as a wait after the end.
stream_core::sending stream_core::sent()
{
    if (out_.is_lost())
        access::state(ctx_).check_wait();
    return out_.written();
}

// The head

void stream_core::set_status(int status)
{
    check_fresh("set_status");
    if (status < 200 || status > 599)
        throw std::invalid_argument(fmt::format("tidings: {} is not the status of a response", status));
    if (!status_allows_body(status) || status == 205)
        throw std::invalid_argument(fmt::format("tidings: a response with status {} has no body, so it "
                                                "cannot be a stream: use respond(response({}))",
                                                status, status));
    note_status(status);
}

void stream_core::begin()
{
    if (state_ != state::fresh || out_.is_lost())
        return;
    state_ = state::streaming;
    static headers const none;
    auto coding = codings_ ? choose_coding() : nullptr;
    auto const head = out_.over().stream_head(status_, headers_ ? *headers_ : none);
    bool const has_body = asked_.method() != "HEAD";
    out_.begin(head, has_body ? std::move(coding) : nullptr);
    if (has_body)
        out_.append_new_pause();
    else
        out_.drop_body();
    headers_.reset();
    middleware_headers_.reset();
}

// A body that the handler has in a coding of its own stays as it is.
std::shared_ptr<content_coding const> stream_core::choose_coding()
{
    headers& head = fields();
    head.add("Vary", "Accept-Encoding");
    if (head.contains("Content-Encoding"))
        return nullptr;
    auto chosen = codings_->choose(asked_);
    if (chosen)
        head.set("Content-Encoding", std::string(chosen->name()));
    return chosen;
}

void stream_core::handler_begins()
{
    has_handler_begun_ = true;
    if (headers_)
        middleware_headers_ = std::make_unique<headers>(*headers_);
    out_.over().handler_begins(asked_);
}

headers const& stream_core::middleware_headers() const noexcept
{
    static headers const none;
    auto const& set = has_handler_begun_ ? middleware_headers_ : headers_;
    return set ? *set : none;
}

// A plain answer

void stream_core::give(response answer)
{
    check_fresh("respond");
    if (headers_)
        access::complete(answer, *headers_);
    if (answer.file_path())
        access::set_headers_if_missing(answer, middleware_headers());
    take_place(std::move(answer));
}

void stream_core::respond_to_failure()
{
    auto answer = response::text("internal server error\n", 500);
    access::complete(answer, middleware_headers());
    take_place(std::move(answer));
}

void stream_core::take_place(response answer)
{
    headers_.reset();
    state_ = state::responded;
    note_status(answer.status());
    out_.stop_keep_alive();
    given_ = std::make_unique<response>(std::move(answer));
}

response stream_core::take_response()
{
    return std::move(*given_);
}

// Events

void stream_core::append(event const& value)
{
    require_open("send");
    if (state_ == state::fresh) {
        (void)event_writer::checked_size(value); // refused, it does not open the stream
        begin();
    }
    out_.append(value);
    if (!value.type.empty() && !value.data.data())
        has_sent_type_alone_ = true;
}

void stream_core::append(event_text const& text)
{
    require_open("send");
    if (!text.text().empty())
        begin();
    out_.append(text);
}

void stream_core::append_comment(std::string_view text)
{
    require_open("comment");
    (void)encoded_comment_size(text);
    begin();
    out_.append_comment(text);
}

void stream_core::append_finish(event const& last)
{
    require_open("send");
    if (state_ == state::fresh) {
        (void)encoded_size(last);
        begin();
    }
    out_.append_finish(last);
    state_ = state::finished;
    out_.end_body();
}

void stream_core::on_idle()
{
    if (state_ == state::responded || state_ == state::finished)
        return;
    begin();
    out_.probe();
}

void stream_core::attach(feed& more)
{
    require_open("attach");
    begin();
    state_ = state::attached;
    out_.set_feed(&more);
}

} // namespace tidings::internal
