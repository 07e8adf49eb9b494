// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <string_view>

/// Between Anthropic's Messages API and OpenAI's chat completions: text in, text out, no I/O.
namespace gateway {

struct chat_request
{
    std::string body; ///< for the upstream
    std::string model;
    bool is_stream = false;
};

/// Throws a `failure` with status 400 for what is no request of the Messages API, or has more than text.
chat_request to_chat_request(std::string_view message_request);

/// The answer to a request that is no stream. Throws a `failure` with status 502 for what is no completion.
std::string to_message(std::string_view completion);

/// The events of a stream, in the order in which they are sent; the text comes in any number of deltas. What
/// each event is called stands in its "type".
class message_events
{
public:
    explicit message_events(std::string_view model) : model_(model) {}

    [[nodiscard]] boost::json::object start() const;
    [[nodiscard]] static boost::json::object start_text();
    /// The text that a chunk of a completion brings, which may be empty. Takes note of what the end needs.
    /// Throws a `failure` with status 502 for what is no chunk.
    std::string take(std::string_view chunk);
    [[nodiscard]] static boost::json::object text(std::string_view part);
    [[nodiscard]] static boost::json::object end_text();
    [[nodiscard]] boost::json::object end() const;
    [[nodiscard]] static boost::json::object stop();

private:
    std::string model_;
    std::string finish_reason_ = "stop";
    std::int64_t input_tokens_ = 0;
    std::int64_t output_tokens_ = 0;
};

} // namespace gateway
