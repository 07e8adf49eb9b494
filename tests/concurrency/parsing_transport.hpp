// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/sse/event_parser.hpp>
#include <tidings/stream/internal/event_writer.hpp>

#include "support/scripted_transport.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace tidings::test {

/// A connection whose client parses what it takes. Now and then it takes little, and then nothing for a turn.
class parsing_transport final : public scripted_transport
{
public:
    using event_hook = std::function<void(received_event const&)>;

    parsing_transport(boost::asio::io_context& io, event_parser& parser, std::mt19937& random,
                      event_hook on_event)
        : io_(io), parser_(parser), random_(random), on_event_(std::move(on_event))
    {}

    /// What writes here, and what ends the context of its stream.
    void serve(internal::event_writer& out, std::function<void()> end_context)
    {
        out_ = &out;
        end_context_ = std::move(end_context);
    }

    bool was_cut() const noexcept { return was_cut_; }

    std::string stream_head(int, headers const&) override { return {}; }

    void feed_failed(std::exception_ptr) override {}
    void cut(cut_reason) override
    {
        was_cut_ = true;
        out_->lose();
        end_context_();
    }

    internal::write_result write(std::span<boost::asio::const_buffer const> pieces) override
    {
        std::size_t room = random_() % 4 == 0 ? random_() % 200 : 100'000;
        std::size_t taken = 0;
        for (auto const& piece : pieces) {
            std::size_t const part = std::min(room, piece.size());
            taken += part;
            room -= part;
            std::string_view bytes(static_cast<char const*>(piece.data()), part);
            while (auto const event = parser_.next(bytes))
                on_event_(*event);
        }
        return {.taken = taken};
    }

    void await_writable() override
    {
        boost::asio::post(io_, [this, alive = std::weak_ptr(alive_)] {
            if (!alive.expired())
                out_->on_writable();
        });
    }

private:
    boost::asio::io_context& io_;
    event_parser& parser_;
    std::mt19937& random_;
    event_hook on_event_;
    internal::event_writer* out_ = nullptr;
    std::function<void()> end_context_;
    bool was_cut_ = false;
    std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

} // namespace tidings::test
