// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/testing/stream.hpp>
#include <tidings/testing/virtual_time.hpp>

#include "support/ends.hpp"

#include <chrono>
#include <optional>
#include <utility>

namespace tidings::test {

/// A handler of the table at work for one client, in memory.
class memory_row
{
public:
    explicit memory_row(doing what, server_options options = options_for_ends())
        : what_(what), client(time, handlers_.handler_for(what), request::get("/"), std::move(options))
    {}

    void leave(leaving how)
    {
        switch (how) {
        case leaving::closes:
            return client.leave();
        case leaving::resets:
            return client.reset();
        case leaving::half_closes:
            return client.half_close();
        case leaving::vanishes:
            return client.vanish();
        }
    }

    bool has_ended() const
    {
        if (what_ == doing::stream_handed_over)
            return handlers_.news().subscribers() == 0;
        return client.reason() != end_reason::none;
    }

    /// Of the end, from now; empty when it has not come within a minute.
    std::optional<duration> time_of_end()
    {
        constexpr auto step = std::chrono::milliseconds(10);
        for (duration passed{}; passed < std::chrono::minutes(1); passed += step) {
            if (has_ended())
                return passed;
            time.advance(step);
        }
        return std::nullopt;
    }

private:
    doing const what_;
    ended_handlers handlers_;

public:
    testing::virtual_time time;
    testing::stream client;
};

} // namespace tidings::test
