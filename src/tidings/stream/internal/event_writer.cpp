// SPDX-License-Identifier: BSL-1.0
#include <tidings/sse/internal/encode.hpp>
#include <tidings/stream/internal/event_writer.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace tidings::internal {

namespace {

constexpr std::string_view keep_alive_comment = "ping";
constexpr std::string_view finished_mark = ";finished";
static_assert(finished_mark.size() == event_writer::finished_mark_size);

} // namespace

void event_writer::begin(std::string_view head)
{
    framing_ = over().body_framing();
    is_open_ = true;
    append(head);
}

template <typename Encode>
void event_writer::append_piece(std::size_t size, Encode&& encode)
{
    if (!is_open_ || !make_room())
        return;
    if (framing_ == framing::none) {
        encode(extend(size));
        return;
    }
    char* const bytes = extend(chunk_header_size(size) + size + chunk_end.size()) + chunk_header_size(size);
    write_chunk_header(size, bytes);
    std::ranges::copy(chunk_end, encode(bytes));
}

std::size_t event_writer::checked_size(event const& value)
{
    if (is_finished_id(value.id))
        throw std::invalid_argument(fmt::format(
            "tidings: the id \"{}\" ends as that of a finished stream's last event, and its client would "
            "be told not to come back; give the event another id, or call finish",
            value.id));
    return encoded_size(value);
}

void event_writer::append(event const& value)
{
    append_piece(checked_size(value), [&](char* at) { return encode(value, at); });
    if (tally_)
        count(1);
}

void event_writer::count(std::uint64_t more)
{
    if (tally_->events == 0)
        tally_->first_event = now();
    tally_->events += more;
}

void event_writer::append(event_text const& text)
{
    auto const bytes = text.text();
    if (bytes.empty())
        return;
    append_piece(bytes.size(), [&](char* at) { return std::copy(bytes.begin(), bytes.end(), at); });
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
    std::size_t const most = std::min(frames.size(), gather_limit);
    piece_list pieces;
    for (shared_frame const& each : frames.first(most)) {
        auto const bytes = each.bytes(framing_);
        pieces.emplace_back(bytes.data(), bytes.size());
    }
    std::size_t taken = write_through(pieces);
    std::size_t done = 0;
    while (done < most && taken >= pieces[done].size())
        taken -= pieces[done++].size();
    if (taken != 0) { // the rest of a frame that has begun to leave must follow before anything else
        append(frames[done].bytes(framing_).substr(taken));
        ++done;
    }
    if (tally_ && done != 0)
        count(done);
    return done;
}

void event_writer::probe()
{
    append_comment(keep_alive_comment);
    flush();
}

void event_writer::advise(std::chrono::milliseconds pause)
{
    event const advice{.retry = pause};
    append_piece(encoded_size(advice), [&](char* at) { return encode(advice, at); });
    flush();
}

void event_writer::keep_alive_alone()
{
    if (is_kept_alive())
        keep_alive(*this);
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
    if (framing_ == framing::chunked && !is_lost())
        append(last_chunk);
}

} // namespace tidings::internal
