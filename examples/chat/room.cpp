// SPDX-License-Identifier: BSL-1.0
#include "room.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <random>

namespace chat {

namespace json = boost::json;

namespace {

constexpr std::size_t most_tokens = 10'000;

std::string make_token()
{
    std::random_device random; // nobody may guess it
    return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

} // namespace

std::optional<std::string> room::admit(std::string_view name)
{
    if (names_by_token_.size() == most_tokens)
        return std::nullopt;
    auto token = make_token();
    names_by_token_.emplace(token, name);
    return token;
}

std::string_view room::name_of(std::string_view token) const
{
    auto const found = names_by_token_.find(token);
    return found == names_by_token_.end() ? std::string_view() : found->second;
}

void room::say(std::string_view name, std::string_view text)
{
    json::object const said{{"from", name}, {"text", text}};
    events.publish({.type = "say", .data = json::serialize(said)});
}

void room::ban(std::string_view name)
{
    banned_.emplace(name);
    std::erase_if(names_by_token_, [name](auto const& each) { return each.second == name; });
    events.publish({.type = "ban", .data = name});
}

std::string room::names() const
{
    json::array names;
    for (auto const& [name, streams] : streams_by_name_)
        names.emplace_back(json::string(name));
    return json::serialize(names);
}

void room::count(std::string const& name, int by)
{
    int& streams = streams_by_name_[name];
    streams += by;
    if (by > 0 && streams == 1)
        events.publish({.type = "join", .data = name});
    if (streams == 0) {
        streams_by_name_.erase(name);
        events.publish({.type = "leave", .data = name});
    }
}

} // namespace chat
