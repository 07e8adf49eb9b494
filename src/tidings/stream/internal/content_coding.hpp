// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/internal/shared_frame.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>

namespace tidings {

class request;

namespace internal {

/// Content codings that streams may be in.
inline constexpr std::size_t max_codings = 2;

/// What a stream says when it has been silent for long.
inline constexpr std::string_view keep_alive_text = ": ping\n\n";

/// One piece of a body in a content coding (RFC 9110, 8.4), complete by itself: it is the same in every body
/// of that coding, whatever went before it, and a client has all of its text once it has all of its bytes.
struct coded_piece
{
    shared_frame frame{}; ///< the coded bytes
    std::uint32_t checksum = 0;
    std::uint32_t joiner = 0; ///< of its coding, for `content_coding::join`
    std::uint64_t text_size = 0;
};

/// A content coding whose pieces streams may share: implemented by a component. Safe from any thread.
class content_coding
{
public:
    virtual ~content_coding() = default;

    /// As Content-Encoding says it.
    virtual std::string_view name() const noexcept = 0;
    /// Which one of at most `max_codings` it is.
    virtual std::size_t index() const noexcept = 0;
    /// What precedes the first piece of a body; may be empty.
    virtual shared_frame body_begin() const = 0;
    /// What would grow is as it was within the piece.
    virtual coded_piece encode(std::string_view text) const = 0;
    /// `keep_alive_text`.
    virtual coded_piece const& keep_alive() const noexcept = 0;
    /// The checksum of a text and, behind it, that of a piece.
    virtual std::uint32_t join(std::uint32_t checksum, coded_piece const& next) const noexcept = 0;
    /// What ends a body properly whose text has that checksum and size; may be empty.
    virtual shared_frame body_end(std::uint32_t checksum, std::uint64_t text_size) const = 0;
};

/// The codings that a topic or a route has opted for. Safe from any thread.
class content_codings
{
public:
    virtual ~content_codings() = default;

    /// What the client wants most of what there is; null: the text as it is.
    virtual std::shared_ptr<content_coding const> choose(request const& asked) const = 0;
};

/// The pieces of one event that many streams get: each is made when the first stream needs it. Safe from any
/// thread.
class coded_forms
{
public:
    using byte_count = std::atomic<std::size_t>;

    /// What they take is counted there, from when they are made until `leave`.
    explicit coded_forms(std::shared_ptr<byte_count> all) noexcept : all_(std::move(all)) {}
    ~coded_forms() { leave(); }
    coded_forms(coded_forms const&) = delete;
    coded_forms& operator=(coded_forms const&) = delete;

    /// `text` is the same in all calls. The piece lives as long as this object.
    coded_piece const& in(content_coding const& coding, std::string_view text)
    {
        form& wanted = forms_.at(coding.index());
        std::call_once(wanted.is_made, [&] {
            wanted.piece = coding.encode(text);
            *all_ += wanted.piece.frame.text().size(); // first, so that `leave` takes no more than is in it
            bytes_ += wanted.piece.frame.text().size();
        });
        return wanted.piece;
    }

    /// The history lets the event go, which streams may hold a little longer.
    void leave() noexcept { *all_ -= bytes_.exchange(0); }

private:
    struct form
    {
        std::once_flag is_made;
        coded_piece piece;
    };
    std::array<form, max_codings> forms_;
    std::shared_ptr<byte_count> const all_;
    byte_count bytes_ = 0;
};

/// What one stream has of its own while its body is in a coding: no compressor, only what its end needs.
class coded_body
{
public:
    explicit coded_body(std::shared_ptr<content_coding const> coding) noexcept : coding_(std::move(coding)) {}

    content_coding const& coding() const noexcept { return *coding_; }
    /// It is a part of the body now.
    void count(coded_piece const& sent) noexcept
    {
        checksum_ = coding_->join(checksum_, sent);
        text_size_ += sent.text_size;
    }
    shared_frame end() const { return coding_->body_end(checksum_, text_size_); }

private:
    std::shared_ptr<content_coding const> coding_;
    std::uint64_t text_size_ = 0;
    std::uint32_t checksum_ = 0;
};

} // namespace internal
} // namespace tidings
