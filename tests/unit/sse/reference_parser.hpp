// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/sse/event_parser.hpp>

#include <string>
#include <vector>

/// The standard's rules once more, written for a whole stream at hand and without regard for speed: what the
/// incremental parser is compared with. It expects valid UTF-8 and knows no retry.
inline std::vector<tidings::received_event> parse_whole_stream(std::string stream)
{
    auto const replace_all = [&](std::string const& from, std::string const& to) {
        for (auto at = stream.find(from); at != std::string::npos; at = stream.find(from, at + to.size()))
            stream.replace(at, from.size(), to);
    };
    if (stream.rfind("\uFEFF", 0) == 0)
        stream.erase(0, 3);
    replace_all("\r\n", "\n");
    replace_all("\r", "\n");

    std::vector<tidings::received_event> events;
    std::string id;
    std::string type;
    std::string data;
    for (std::size_t begin = 0, end = 0; (end = stream.find('\n', begin)) != std::string::npos;
         begin = end + 1) {
        std::string const line = stream.substr(begin, end - begin);
        if (line.empty()) {
            if (!data.empty())
                events.emplace_back(id, type.empty() ? "message" : type, data.substr(0, data.size() - 1));
            data.clear();
            type.clear();
            continue;
        }
        auto const colon = line.find(':');
        std::string const name = line.substr(0, colon);
        std::string value = colon == std::string::npos ? "" : line.substr(colon + 1);
        if (!value.empty() && value[0] == ' ')
            value.erase(0, 1);
        if (name == "data")
            data += value + "\n";
        if (name == "event")
            type = value;
        if (name == "id" && value.find('\0') == std::string::npos)
            id = value;
    }
    return events;
}
