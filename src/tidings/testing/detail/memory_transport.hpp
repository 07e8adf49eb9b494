// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/internal/transport.hpp>
#include <tidings/testing/received_head.hpp>

#include <boost/asio/buffer.hpp>

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>

namespace tidings::testing::detail {

/// The peer of a stream in memory: keeps what it was sent, and takes no more than it is told to.
class memory_transport : public internal::transport
{
public:
    static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

    std::optional<received_head> const& head() const noexcept { return head_; }
    std::string const& text() const noexcept { return text_; }
    std::optional<cut_reason> why_cut() const noexcept { return why_cut_; }

protected:
    ~memory_transport() = default;

    /// An answer that is no stream.
    void take_answer(received_head head, std::string body);

    std::string stream_head(int status, headers const& fields) override;
    std::string plain_head(int, headers const&, std::uint64_t) override { return {}; } // see `take_answer`
    internal::framing body_framing() const noexcept override { return internal::framing::none; }
    internal::write_result write(std::span<boost::asio::const_buffer const> pieces) override;

    std::size_t capacity_ = unlimited; // bytes that will still be taken
    bool is_closed_ = false;           // the peer has closed: it keeps nothing of what it is sent
    bool is_gone_ = false;
    std::optional<cut_reason> why_cut_;

private:
    std::optional<received_head> head_;
    std::string text_;
};

} // namespace tidings::testing::detail
