// SPDX-License-Identifier: BSL-1.0
#include <tidings/middleware/authenticate.hpp>
#include <tidings/middleware/detail/answer_with.hpp>
#include <tidings/middleware/detail/lower.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace tidings {

namespace {

std::string_view without_spaces(std::string_view text) noexcept
{
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    return text.substr(0, text.find_last_not_of(' ') + 1);
}

} // namespace

middleware authenticate(admission_check check, std::string challenge)
{
    if (!check)
        throw std::invalid_argument("tidings: authenticate needs a check; without one nobody could pass");
    return
        [check = std::move(check), challenge = std::move(challenge)](stream_handler inner) -> stream_handler {
            return [check, challenge, inner = std::move(inner)](context ctx, request const& asked,
                                                                event_stream& out) {
                switch (check(asked)) {
                case admission::granted:
                    return inner(std::move(ctx), asked, out);
                case admission::forbidden:
                    return detail::answer_with(out, response::text("forbidden\n", 403));
                case admission::unauthenticated:
                    break;
                }
                return detail::answer_with(out, response::text("authentication is required\n", 401)
                                                    .with_header("WWW-Authenticate", challenge));
            };
        };
}

std::string_view bearer_token(request const& asked) noexcept
{
    constexpr std::string_view scheme = "bearer ";
    auto const value = asked.header("Authorization");
    if (!std::ranges::equal(value.substr(0, scheme.size()), scheme, {}, detail::lower))
        return {};
    return without_spaces(value.substr(scheme.size()));
}

std::string_view cookie(request const& asked, std::string_view name) noexcept
{
    auto rest = asked.header("Cookie");
    while (!rest.empty()) {
        auto const pair = without_spaces(rest.substr(0, rest.find(';')));
        rest.remove_prefix(std::min(rest.find(';'), rest.size() - 1) + 1);
        auto const equals = pair.find('=');
        if (equals != std::string_view::npos && pair.substr(0, equals) == name)
            return pair.substr(equals + 1);
    }
    return {};
}

} // namespace tidings
