// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/chunk.hpp>
#include <tidings/sse/encode.hpp>
#include <tidings/stream/event_stream.hpp>

#include <boost/asio/io_context.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace asio = boost::asio;

namespace tidings {

namespace {

constexpr std::string_view keep_alive_comment = "ping";
constexpr std::string_view finished_mark = ";finished";

} // namespace

event_stream::event_stream(context ctx, transport& over, writer_options const& options,
                           std::optional<std::string> last_event_id)
    : ctx_(std::move(ctx)), over_(over), out_(ctx_, over, options), framing_(over.body_framing()),
      last_event_id_(std::move(last_event_id))
{}

event_stream::~event_stream()
{
    out_.end_feed();
}

void event_stream::check_thread() const
{
    auto const executor = ctx_.get_executor();
    auto const* const io = executor.target<asio::io_context::executor_type>();
    if (io && !io->running_in_this_thread())
        throw std::logic_error(
            "tidings: an event_stream belongs to its handler's loop and was used from another "
            "thread; send what you have through a channel or a topic instead");
}

void event_stream::require_open(char const* what) const
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

void event_stream::check_fresh(char const* what) const
{
    require_open(what);
    if (is_head_sent())
        throw std::logic_error(
            fmt::format("tidings: event_stream::{} comes too late: the head goes out with the "
                        "first event, at open(), or after one keep-alive interval",
                        what));
}

// The head

void event_stream::set_status(int status)
{
    check_fresh("set_status");
    if (status < 200 || status > 599)
        throw std::invalid_argument(fmt::format("tidings: {} is no status of a response", status));
    status_ = status;
}

void event_stream::set_header(std::string name, std::string value)
{
    check_fresh("set_header");
    fields().set(std::move(name), std::move(value));
}

void event_stream::add_header(std::string name, std::string value)
{
    check_fresh("add_header");
    fields().add(std::move(name), std::move(value));
}

event_stream::sending event_stream::open()
{
    require_open("open");
    begin();
    return out_.written();
}

void event_stream::begin()
{
    if (state_ != state::fresh)
        return;
    state_ = state::streaming;
    static headers const none;
    out_.append(over_.stream_head(status_, headers_ ? *headers_ : none));
    headers_.reset();
    middleware_headers_.reset();
}

void event_stream::handler_begins()
{
    has_handler_begun_ = true;
    if (headers_)
        middleware_headers_ = std::make_unique<headers>(*headers_);
}

void event_stream::complete_failure(response& answer) const
{
    if (auto const* const kept = has_handler_begun_ ? middleware_headers_.get() : headers_.get())
        answer.complete_with(*kept);
}

event_stream::sending event_stream::reject(int status, std::string text)
{
    return respond(response::text(std::move(text), status));
}

event_stream::sending event_stream::respond(response answer)
{
    check_fresh("respond");
    if (headers_)
        answer.complete_with(*headers_);
    headers_.reset();
    state_ = state::responded;
    status_ = answer.status();
    out_.stop_keep_alive();
    response_ = std::move(answer);
    return out_.written();
}

// Events

template <typename Encode>
void event_stream::append_piece(std::size_t size, Encode&& encode)
{
    if (!out_.make_room())
        return;
    begin();
    if (framing_ == framing::none) {
        encode(out_.extend(size));
        return;
    }
    char* at = out_.extend(chunk_header_size(size) + size + chunk_end.size());
    at = write_chunk_header(size, at);
    at = encode(at);
    std::copy(chunk_end.begin(), chunk_end.end(), at);
}

void event_stream::append(event const& value)
{
    require_open("send");
    append_piece(encoded_size(value), [&](char* at) { return encode(value, at); });
    if (!value.type.empty() && !value.data.data())
        has_sent_type_alone_ = true;
}

void event_stream::append(event_text const& text)
{
    require_open("send");
    if (auto const bytes = text.text(); !bytes.empty())
        append_piece(bytes.size(), [&](char* at) { return std::copy(bytes.begin(), bytes.end(), at); });
}

event_stream::sending event_stream::send(event const& value)
{
    append(value);
    return out_.written();
}

event_stream::sending event_stream::send(event_text const& text)
{
    append(text);
    return out_.written();
}

event_stream::sending event_stream::comment(std::string_view text)
{
    require_open("comment");
    append_piece(encoded_comment_size(text), [&](char* at) { return encode_comment(text, at); });
    return out_.written();
}

event_stream::sending event_stream::retry(std::chrono::milliseconds pause)
{
    return send(event{.retry = pause});
}

event_stream::sending event_stream::finish(event const& last)
{
    append_finish(last);
    end_body();
    return out_.written();
}

void event_stream::append_finish(event const& last)
{
    event marked = last;
    std::string const id = std::string(last.id) + std::string(finished_mark);
    marked.id = id;
    append(marked);
    state_ = state::finished;
    out_.stop_keep_alive();
}

bool event_stream::is_finished_id(std::string_view id) noexcept
{
    return id.ends_with(finished_mark);
}

void event_stream::on_idle()
{
    probe();
}

void event_stream::probe()
{
    if (state_ == state::responded || state_ == state::finished)
        return;
    append_piece(encoded_comment_size(keep_alive_comment),
                 [](char* at) { return encode_comment(keep_alive_comment, at); });
    out_.flush();
}

void event_stream::advise(std::chrono::milliseconds pause)
{
    if (state_ != state::streaming && state_ != state::attached)
        return;
    announce(event{.retry = pause});
    out_.flush();
}

// For the layers above

void event_stream::attach(feed& more)
{
    require_open("attach");
    begin();
    state_ = state::attached;
    out_.set_feed(&more);
}

void event_stream::announce(event const& value)
{
    append_piece(encoded_size(value), [&](char* at) { return encode(value, at); });
}

void event_stream::detach() noexcept
{
    out_.set_feed(nullptr);
    state_ = state::streaming;
}

void event_stream::finish_for_good(std::string_view id)
{
    append_finish(event{.id = id});
    over_.finish();
}

std::size_t event_stream::deliver(std::span<shared_frame const> frames)
{
    std::size_t const count = std::min(frames.size(), detail::gather_limit);
    detail::piece_list pieces;
    for (shared_frame const& each : frames.first(count)) {
        auto const bytes = each.bytes(framing_);
        pieces.emplace_back(bytes.data(), bytes.size());
    }
    std::size_t taken = out_.write_through(pieces);
    std::size_t done = 0;
    while (done < count && taken >= pieces[done].size())
        taken -= pieces[done++].size();
    if (taken != 0) { // the rest of a frame that has begun to leave must follow before anything else
        out_.append(frames[done].bytes(framing_).substr(taken));
        ++done;
    }
    return done;
}

void event_stream::end_body()
{
    if (framing_ == framing::chunked && !out_.is_lost())
        out_.append(last_chunk);
}

} // namespace tidings
