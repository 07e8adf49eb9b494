// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/sse/event.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace hub {

inline constexpr std::string_view default_topic = "default";

/// What a publisher posts to /emit.
struct message
{
    std::string topic{default_topic};
    std::string id{};
    std::string type{};
    std::optional<std::string> data{};
    std::optional<std::string> comment{};
    std::optional<std::chrono::milliseconds> retry{};
    /// Of the headers Producer-Id and Producer-Seq; empty and 0: there are none.
    std::string producer{};
    std::uint64_t sequence = 0;

    tidings::event view() const;
    /// Whether it has fields of an event that cannot reach anybody, since nothing goes out without data.
    bool reaches_nobody() const { return (!type.empty() || !id.empty()) && !data && !comment && !retry; }
};

/// A body that is no such message; the text says why, for its sender.
struct bad_message : std::runtime_error
{
    using std::runtime_error::runtime_error;
};

/// Throws `bad_message`.
message parse_message(std::string_view json);

/// Adds who has posted it: the text of two headers, or of none. Throws `bad_message`.
void add_producer(message& to, std::string_view id, std::string_view sequence);

/// The topic that a body like {"topic": "news"} names. Throws `bad_message`.
std::string parse_topic(std::string_view json);

} // namespace hub
