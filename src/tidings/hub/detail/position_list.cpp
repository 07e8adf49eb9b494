// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/position_list.hpp>

#include <boost/url/encode.hpp>
#include <boost/url/parse_query.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

namespace urls = boost::urls;

namespace tidings::detail {

void append_position(std::string& to, std::string_view topic, std::string_view place)
{
    if (!to.empty())
        to += '&';
    to += urls::encode(topic, urls::unreserved_chars);
    to += '=';
    to += urls::encode(place, urls::unreserved_chars);
}

std::optional<position_list> parse_positions(std::string_view text)
{
    auto const parsed = urls::parse_query(text);
    if (!parsed || parsed->empty())
        return std::nullopt;
    position_list places;
    for (auto const param : *parsed) {
        if (!param.has_value)
            return std::nullopt;
        places.emplace_back(param.key.decode(), param.value.decode());
    }
    return places;
}

} // namespace tidings::detail
