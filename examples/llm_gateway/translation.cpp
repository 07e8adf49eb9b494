// SPDX-License-Identifier: BSL-1.0
#include "translation.hpp"

#include "anthropic_error.hpp"
#include "failure.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace gateway {

namespace json = boost::json;

namespace {

/// Runs `read`; what it finds to be other than expected becomes a failure with that status.
template <typename Read>
auto understand(int status, std::string_view what, Read read)
{
    try {
        return read();
    } catch (boost::system::system_error const& error) { // of Boost.JSON
        throw failure(status, fmt::format("{} cannot be understood: {}", what, error.code().message()));
    }
}

// A text, or a list of blocks that are texts.
std::string text_of(json::value const& content)
{
    if (content.is_string())
        return std::string(content.get_string());
    std::string text;
    for (json::value const& block : content.as_array()) {
        auto const& type = block.at("type").as_string();
        if (type != "text")
            throw failure(400, fmt::format("this gateway understands text alone, and no block of the type {}",
                                           std::string_view(type)));
        text += block.at("text").as_string();
    }
    return text;
}

std::string_view stop_reason(std::string_view finish_reason)
{
    return finish_reason == "length" ? "max_tokens" : "end_turn";
}

std::int64_t tokens(json::value const& completion, std::string_view which)
{
    auto const* const usage = completion.as_object().if_contains("usage");
    return usage && usage->is_object() ? usage->at(which).to_number<std::int64_t>() : 0;
}

json::object make_message(std::string_view id, std::string_view model, json::array content,
                          json::value reason, json::object usage)
{
    return {{"id", id},
            {"type", "message"},
            {"role", "assistant"},
            {"model", model},
            {"content", std::move(content)},
            {"stop_reason", std::move(reason)},
            {"stop_sequence", nullptr},
            {"usage", std::move(usage)}};
}

chat_request read_request(std::string_view body)
{
    json::value const asked = json::parse(body);
    json::array messages;
    if (auto const* const system = asked.as_object().if_contains("system"))
        messages.push_back({{"role", "system"}, {"content", text_of(*system)}});
    for (json::value const& message : asked.at("messages").as_array())
        messages.push_back({{"role", message.at("role")}, {"content", text_of(message.at("content"))}});

    json::object chat{{"model", asked.at("model")},
                      {"messages", std::move(messages)},
                      {"max_tokens", asked.at("max_tokens")}};
    for (auto const& [theirs, ours] : {std::pair("temperature", "temperature"), std::pair("top_p", "top_p"),
                                       std::pair("stop_sequences", "stop"), std::pair("stream", "stream")})
        if (auto const* const value = asked.as_object().if_contains(theirs))
            chat[ours] = *value;
    bool const is_stream = chat.contains("stream") && chat.at("stream").as_bool();
    if (is_stream)
        chat["stream_options"] = json::object{{"include_usage", true}};
    return {json::serialize(chat), std::string(asked.at("model").as_string()), is_stream};
}

} // namespace

chat_request to_chat_request(std::string_view message_request)
{
    return understand(400, "the request", [&] { return read_request(message_request); });
}

std::string to_message(std::string_view completion)
{
    return understand(502, "the model's answer", [&] {
        json::value const whole = json::parse(completion);
        json::value const& choice = whole.at("choices").at(0);
        json::array content;
        content.push_back({{"type", "text"}, {"text", choice.at("message").at("content")}});
        json::object usage{{"input_tokens", tokens(whole, "prompt_tokens")},
                           {"output_tokens", tokens(whole, "completion_tokens")}};
        return json::serialize(
            make_message(whole.at("id").as_string(), whole.at("model").as_string(), std::move(content),
                         json::value(stop_reason(choice.at("finish_reason").as_string())), std::move(usage)));
    });
}

json::object message_events::start() const
{
    json::object usage{{"input_tokens", 0}, {"output_tokens", 0}};
    return {{"type", "message_start"},
            {"message", make_message("msg_1", model_, {}, nullptr, std::move(usage))}};
}

json::object message_events::start_text()
{
    return {
        {"type", "content_block_start"}, {"index", 0}, {"content_block", {{"type", "text"}, {"text", ""}}}};
}

std::string message_events::take(std::string_view chunk)
{
    return understand(502, "what the model sent", [&] {
        json::value const parsed = json::parse(chunk);
        if (parsed.as_object().contains("error"))
            throw failure(502, error_message(chunk));
        input_tokens_ = std::max(input_tokens_, tokens(parsed, "prompt_tokens"));
        output_tokens_ = std::max(output_tokens_, tokens(parsed, "completion_tokens"));
        auto const& choices = parsed.at("choices").as_array();
        if (choices.empty()) // the last chunk has the usage alone
            return std::string();
        auto const& choice = choices.front().as_object();
        if (auto const* const reason = choice.if_contains("finish_reason"); reason && reason->is_string())
            finish_reason_ = reason->get_string();
        auto const* const text = choice.at("delta").as_object().if_contains("content");
        return text && text->is_string() ? std::string(text->get_string()) : std::string();
    });
}

json::object message_events::text(std::string_view part)
{
    return {
        {"type", "content_block_delta"}, {"index", 0}, {"delta", {{"type", "text_delta"}, {"text", part}}}};
}

json::object message_events::end_text()
{
    return {{"type", "content_block_stop"}, {"index", 0}};
}

json::object message_events::end() const
{
    return {{"type", "message_delta"},
            {"delta", {{"stop_reason", stop_reason(finish_reason_)}, {"stop_sequence", nullptr}}},
            {"usage", {{"input_tokens", input_tokens_}, {"output_tokens", output_tokens_}}}};
}

json::object message_events::stop()
{
    return {{"type", "message_stop"}};
}

} // namespace gateway
