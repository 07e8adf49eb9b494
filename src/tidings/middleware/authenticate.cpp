// SPDX-License-Identifier: BSL-1.0
#include <tidings/middleware/authenticate.hpp>

#include <boost/url/grammar/ci_string.hpp>

#include <algorithm>
#include <stdexcept>

namespace tidings {

namespace {

using boost::urls::grammar::ci_is_equal;

std::string_view without_spaces(std::string_view text) noexcept
{
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    return text.substr(0, text.find_last_not_of(' ') + 1);
}

} // namespace

request_check authenticate(std::function<admission(request&)> admit, std::string challenge)
{
    if (!admit)
        throw std::invalid_argument("tidings: authenticate needs a check; without one nobody could pass");
    // A challenge that is no header's value is found here, and not when somebody is refused.
    auto const refusal = response::text("authentication is required\n", 401)
                             .with_header("WWW-Authenticate", std::move(challenge));
    return [admit = std::move(admit), refusal](request& asked, headers&) -> std::optional<response> {
        switch (admit(asked)) {
        case admission::granted:
            return std::nullopt;
        case admission::forbidden:
            return response::text("forbidden\n", 403);
        case admission::unauthenticated:
            break;
        }
        return refusal;
    };
}

std::string_view bearer_token(request const& asked) noexcept
{
    constexpr std::string_view scheme = "bearer ";
    auto const value = asked.header("Authorization");
    if (!ci_is_equal(value.substr(0, scheme.size()), scheme))
        return {};
    return without_spaces(value.substr(scheme.size()));
}

bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept
{
    if (a.size() != b.size())
        return false;
    // Volatile, or a compiler could stop where the rest cannot change the answer.
    unsigned char volatile differences = 0;
    for (std::size_t i = 0; i != a.size(); ++i)
        differences = static_cast<unsigned char>(differences | (a[i] ^ b[i]));
    return differences == 0;
}

} // namespace tidings
