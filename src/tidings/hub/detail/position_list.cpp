// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/event_id.hpp>
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

std::size_t max_position_size(std::string_view topic, std::string_view epoch)
{
    constexpr std::size_t marks = 3; // `&`, `=` and the dash in front of the number
    return urls::encoded_size(topic, urls::unreserved_chars) +
           urls::encoded_size(epoch, urls::unreserved_chars) + max_number_digits + marks;
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
        std::string place = param.value.decode();
        if (!parse_automatic_id(place)) // somebody's own id that happens to have this form
            return std::nullopt;
        places.emplace_back(param.key.decode(), std::move(place));
    }
    return places;
}

} // namespace tidings::detail
