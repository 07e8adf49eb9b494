// SPDX-License-Identifier: BSL-1.0
#include <tidings/sse/internal/encode.hpp>
#include <tidings/stream/internal/event_writer.hpp>

#include <boost/container/static_vector.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace tidings::internal {

namespace {

constexpr std::string_view finished_mark = ";finished";
static_assert(finished_mark.size() == event_writer::finished_mark_size);

// It is the last line of an event, and no longer than this.
bool ends_with_retry(std::string_view text) noexcept
{
    constexpr std::size_t longest = std::string_view("\nretry: 9223372036854775807\n\n").size();
    auto const tail = text.substr(text.size() - std::min(text.size(), longest));
    return text.starts_with("retry: ") || tail.find("\nretry: ") != tail.npos;
}

} // namespace

void event_writer::begin(std::string_view head, std::shared_ptr<content_coding const> coding)
{
    framing_ = over().body_framing();
    is_open_ = true;
    has_own_retry_ = false;
    told_pause_ = 0;
    append(head);
    if (!coding)
        return;
    append(coding->body_begin().bytes(framing_));
    coded_ = std::make_unique<coded_body>(std::move(coding));
}

template <typename Encode>
void event_writer::append_piece(std::size_t size, Encode&& encode)
{
    if (!is_open_ || !make_room())
        return;
    if (coded_) {
        std::string text(size, '\0');
        encode(text.data());
        return append_coded(coded_->coding().encode(text));
    }
    if (framing_ == framing::none) {
        encode(extend(size));
        return;
    }
    char* const bytes = extend(chunk_header_size(size) + size + chunk_end.size()) + chunk_header_size(size);
    write_chunk_header(size, bytes);
    std::ranges::copy(chunk_end, encode(bytes));
}

// There is room, and the body is in a coding.
void event_writer::append_coded(coded_piece const& piece)
{
    append(piece.frame.bytes(framing_));
    coded_->count(piece);
}

std::size_t event_writer::checked_size(event const& value)
{
    if (is_finished_id(value.id))
        throw std::invalid_argument(
            fmt::format("tidings: the id \"{}\" ends like that of a finished stream's last event, and its "
                        "client would not reconnect; give the event another id, or call finish",
                        value.id));
    return encoded_size(value);
}

// In each delivery of a stream with a record.
inline void event_writer::count(std::uint64_t more)
{
    if (tally_->events == 0) [[unlikely]]
        tally_->first_event = now();
    tally_->events += more;
}

void event_writer::append(event const& value)
{
    append_piece(checked_size(value), [&](char* at) { return encode(value, at); });
    has_own_retry_ = has_own_retry_ || value.retry.has_value();
    if (tally_)
        count(1);
}

void event_writer::append(event_text const& text)
{
    auto const bytes = text.text();
    if (bytes.empty())
        return;
    append_piece(bytes.size(), [&](char* at) { return std::copy(bytes.begin(), bytes.end(), at); });
    has_own_retry_ = has_own_retry_ || ends_with_retry(bytes);
    if (tally_)
        count(1);
}

void event_writer::append_comment(std::string_view text)
{
    append_piece(encoded_comment_size(text), [&](char* at) { return encode_comment(text, at); });
}

std::size_t event_writer::deliver(std::span<shared_frame const> frames)
{
    if (!is_open_)
        return 0;
    frames = frames.first(std::min(frames.size(), gather_limit));
    if (coded_)
        return deliver_coded(frames);
    piece_list pieces;
    for (shared_frame const& each : frames) {
        auto const bytes = each.bytes(framing_);
        pieces.emplace_back(bytes.data(), bytes.size());
    }
    return send_pieces(pieces);
}

std::size_t event_writer::deliver_coded(std::span<shared_frame const> frames)
{
    if (is_blocked() || is_lost()) // else all would be encoded for nothing
        return 0;
    content_coding const& coding = coded_->coding();
    boost::container::static_vector<coded_piece, gather_limit> own;
    boost::container::static_vector<coded_piece const*, gather_limit> coded;
    piece_list pieces;
    for (shared_frame const& each : frames) {
        if (each.forms())
            coded.push_back(&each.forms()->in(coding, each.text()));
        else
            coded.push_back(&own.emplace_back(coding.encode(each.text())));
        auto const bytes = coded.back()->frame.bytes(framing_);
        pieces.emplace_back(bytes.data(), bytes.size());
    }
    std::size_t const done = send_pieces(pieces);
    for (std::size_t i = 0; i < done && coded_; ++i)
        coded_->count(*coded[i]);
    return done;
}

// The number of pieces that need not be sent again.
std::size_t event_writer::send_pieces(piece_list const& pieces)
{
    std::size_t taken = write_through(pieces);
    std::size_t done = 0;
    while (done < pieces.size() && taken >= pieces[done].size())
        taken -= pieces[done++].size();
    if (taken != 0) { // the rest of a frame that has begun to leave must follow before anything else
        append(std::string_view(static_cast<char const*>(pieces[done].data()), pieces[done].size())
                   .substr(taken));
        ++done;
    }
    if (tally_ && done != 0)
        count(done);
    return done;
}

void event_writer::probe()
{
    if (!coded_)
        append_piece(keep_alive_text.size(),
                     [](char* at) { return std::ranges::copy(keep_alive_text, at).out; });
    else if (is_open_ && make_room())
        append_coded(coded_->coding().keep_alive());
    flush();
}

void event_writer::append_retry(std::chrono::milliseconds pause)
{
    event const advice{.retry = pause};
    append_piece(encoded_size(advice), [&](char* at) { return encode(advice, at); });
}

bool event_writer::append_new_pause()
{
    auto const pause = is_retry_ours() ? over().new_pause(told_pause_) : std::nullopt;
    if (pause)
        append_retry(*pause);
    return pause.has_value();
}

void event_writer::advise(std::chrono::milliseconds pause)
{
    if (is_retry_ours())
        append_retry(pause);
    flush();
}

// A stream that is never silent learns of a new pause too, and its events cost nothing for that.
void event_writer::on_interval(bool is_silent)
{
    if (append_new_pause())
        flush();
    else if (is_silent)
        hook_ ? hook_->on_idle() : probe();
}

void event_writer::append_finish(event const& last)
{
    event marked = last;
    std::string const id = std::string(last.id) + std::string(finished_mark);
    marked.id = id;
    append_piece(encoded_size(marked), [&](char* at) { return encode(marked, at); });
    if (tally_)
        count(1);
    stop_keep_alive();
}

bool event_writer::is_finished_id(std::string_view id) noexcept
{
    return id.ends_with(finished_mark);
}

void event_writer::end_body()
{
    if (!std::exchange(is_open_, false))
        return;
    stop_keep_alive();
    auto const coded = std::move(coded_);
    if (is_lost())
        return;
    if (coded)
        append(coded->end().bytes(framing_));
    if (framing_ == framing::chunked)
        append(last_chunk);
}

} // namespace tidings::internal
