// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/internal/response_framing.hpp>
#include <tidings/stream/internal/transport.hpp>

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tidings::test {

/// The transport of all tests: takes as many bytes as it is told to, and notes what it is asked for. Those
/// that need another peer derive from it.
class scripted_transport : public internal::transport
{
public:
    std::size_t capacity = std::numeric_limits<std::size_t>::max(); ///< bytes that will still be taken
    bool is_gone = false;
    internal::framing wanted = internal::framing::none;
    bool keeps = true; ///< what is taken, and not only how much it was

    std::size_t held_by_kernel = 0; ///< of what was taken
    std::string taken;
    std::vector<std::size_t> writes; ///< bytes taken by each call
    std::size_t total = 0;           ///< bytes taken
    long calls = 0;
    int losses = 0;
    int awaited = 0;
    int finished = 0;
    std::optional<cut_reason> why_cut;

    std::string stream_head(int status, headers const&) override { return std::to_string(status) + "|"; }
    std::string plain_head(int status, headers const& fields, std::uint64_t body_size) override
    {
        return internal::plain_head(status, fields, body_size, {});
    }
    internal::framing body_framing() const noexcept override { return wanted; }
    internal::write_result write(std::span<boost::asio::const_buffer const> pieces) override
    {
        if (is_gone)
            return {.is_gone = true};
        std::size_t count = 0;
        for (auto const& piece : pieces) {
            std::size_t const part = std::min(piece.size(), capacity);
            if (keeps)
                taken.append(static_cast<char const*>(piece.data()), part);
            capacity -= part;
            count += part;
        }
        if (keeps)
            writes.push_back(count);
        total += count;
        ++calls;
        return {.taken = count};
    }
    std::size_t underway() const noexcept override { return held_by_kernel; }
    void await_writable() override { ++awaited; }
    void lost() override { ++losses; }
    void finish() override { ++finished; }
    void feed_failed(std::exception_ptr) override {}
    void cut(cut_reason why) override { why_cut = why; }
};

} // namespace tidings::test
