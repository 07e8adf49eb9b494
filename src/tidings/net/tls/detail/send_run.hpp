// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/loop_call.hpp>

#include <boost/asio/buffer.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace tidings::detail {

/// What the sessions of one loop have encrypted and not sent yet. An event that goes to many of them is
/// encrypted for a run of sessions and then sent for the run: one after the other, each `send` would push the
/// code and the state of the cipher out of the processor's caches. Ends at a number of pieces, at a number of
/// bytes, and with the turn of the loop.
class send_run final : internal::loop_call
{
public:
    static constexpr std::size_t max_pieces = 64;
    static constexpr std::size_t most_bytes = 256 * 1024; ///< and one piece
    static constexpr std::size_t record_size = 16 * 1024; ///< what TLS encrypts at most at once

    class member
    {
    public:
        /// Sends this, or keeps what cannot be sent now.
        virtual void leave(std::string_view bytes) = 0;
        bool is_in_run() const noexcept { return pieces_in_run_ != 0; }

    protected:
        ~member() = default;

    private:
        friend class send_run;
        unsigned pieces_in_run_ = 0;
    };

    explicit send_run(internal::loop& home) : loop_call(home) {}

    /// `of` must leave before it is destroyed: see `flush`.
    void add(member& of, std::string_view bytes);
    /// Sends all that is here.
    void flush();

    /// The first bytes of these pieces, behind so many, as one text of a record at most. Valid until this is
    /// called again.
    std::string_view gather(std::span<boost::asio::const_buffer const> pieces, std::size_t behind);

private:
    struct piece
    {
        member* of;
        std::size_t size;
    };

    void on_turn() override { flush(); }

    std::vector<piece> pieces_;
    std::vector<char> bytes_;
    std::array<char, record_size> gathered_;
};

} // namespace tidings::detail
