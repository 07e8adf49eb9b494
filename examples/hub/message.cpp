// SPDX-License-Identifier: BSL-1.0
#include "message.hpp"

#include <tidings/hub/topic.hpp>

#include "base64.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <fmt/format.h>
#include <system_error>

#include <charconv>
#include <utility>

namespace hub {

namespace json = boost::json;

namespace {

json::object parse_object(std::string_view text)
{
    boost::system::error_code error;
    json::value parsed = json::parse(text, error);
    if (error)
        throw bad_message(fmt::format("the body is not JSON: {}", error.message()));
    if (!parsed.is_object())
        throw bad_message("the body is not a JSON object");
    return std::move(parsed.get_object());
}

std::optional<std::string> find_text(json::object const& in, std::string_view name)
{
    auto const* const found = in.if_contains(name);
    if (!found)
        return std::nullopt;
    if (!found->is_string())
        throw bad_message(fmt::format("\"{}\" is not a string", name));
    return std::string(std::string_view(found->get_string()));
}

std::string find_topic(json::object const& in)
{
    auto const named = find_text(in, "topic");
    if (named && named->size() > tidings::topic::max_name_bytes)
        throw bad_message(
            fmt::format("the name of a topic may have {} bytes", tidings::topic::max_name_bytes));
    return named && !named->empty() ? *named : std::string(default_topic);
}

std::optional<std::chrono::milliseconds> find_retry(json::object const& in)
{
    auto const* const found = in.if_contains("retry");
    if (!found)
        return std::nullopt;
    if (!found->is_int64() || found->get_int64() < 0)
        throw bad_message("\"retry\" is not a number of milliseconds");
    return std::chrono::milliseconds(found->get_int64());
}

std::optional<std::string> find_data(json::object const& in)
{
    auto const text = find_text(in, "data");
    auto const encoded = find_text(in, "data_b64");
    if (!encoded)
        return text;
    if (text)
        throw bad_message("\"data\" and \"data_b64\" exclude each other");
    auto bytes = decode_base64(*encoded);
    if (!bytes)
        throw bad_message("\"data_b64\" is not base64");
    return bytes;
}

} // namespace

tidings::event message::view() const
{
    tidings::event shown{.id = id, .retry = retry};
    if (!type.empty())
        shown.type = type;
    if (data)
        shown.data = *data;
    return shown;
}

message parse_message(std::string_view text)
{
    json::object const body = parse_object(text);
    message parsed;
    parsed.topic = find_topic(body);
    parsed.id = find_text(body, "id").value_or("");
    parsed.type = find_text(body, "event").value_or("");
    parsed.data = find_data(body);
    parsed.comment = find_text(body, "comment");
    parsed.retry = find_retry(body);
    return parsed;
}

void add_producer(message& to, std::string_view id, std::string_view sequence)
{
    if (id.empty() && sequence.empty())
        return;
    auto const [end, error] =
        std::from_chars(sequence.data(), sequence.data() + sequence.size(), to.sequence);
    if (id.empty() || error != std::errc() || end != sequence.data() + sequence.size() || to.sequence == 0)
        throw bad_message("a producer has both headers: Producer-Id, and Producer-Seq, a number from 1 on");
    if (!to.data || to.comment)
        throw bad_message("a producer sends events: give the body \"data\", and no \"comment\"");
    to.producer = id;
}

std::string parse_topic(std::string_view text)
{
    return find_topic(parse_object(text));
}

} // namespace hub
