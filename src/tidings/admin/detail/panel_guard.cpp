// SPDX-License-Identifier: BSL-1.0
#include <tidings/admin/detail/panel_guard.hpp>
#include <tidings/middleware/authenticate.hpp>
#include <tidings/middleware/check_host.hpp>
#include <tidings/middleware/check_origin.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <stdexcept>
#include <string_view>

namespace tidings::detail {

namespace {

constexpr std::size_t shortest_token = 16;

// The page's own parts alone: what a topic or an event says can never become a script of the page.
constexpr char const* content_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

bool is_visible(char c)
{
    return c > ' ' && c <= '~';
}

void require_token(endpoint const& where, std::string const& token)
{
    bool const is_local = !where.unix_socket.empty() || where.host.starts_with("127.") || where.host == "::1";
    if (token.empty() && !is_local)
        throw std::invalid_argument(
            fmt::format("tidings: other machines can reach an admin panel on {}, so it needs a token: set "
                        "admin_options::token, or let it listen on 127.0.0.1",
                        where.host));
    if (!token.empty() && (token.size() < shortest_token || !std::ranges::all_of(token, is_visible)))
        throw std::invalid_argument(fmt::format(
            "tidings: admin_options::token has to consist of at least {} visible ASCII characters, so that "
            "it can be sent in a header and not be guessed; `openssl rand -hex 16` makes one",
            shortest_token));
}

std::string new_secret()
{
    std::random_device random;
    std::string secret;
    for (int i = 0; i < 8; ++i)
        secret += fmt::format("{:08x}", random());
    return secret;
}

bool is_for_everybody(std::string_view path)
{
    return path == "/login" || path == "/console.css";
}

} // namespace

panel_guard::panel_guard(endpoint const& where, admin_options const& options)
    : token_(options.token), cookie_(fmt::format("tidings-admin-{}", where.port)), session_(new_secret()),
      is_encrypted_(where.tls != nullptr), host_(check_local_host(options.hosts)), origin_(check_origin())
{
    require_token(where, token_);
}

std::optional<response> panel_guard::operator()(request& asked, headers& of_the_answer) const
{
    of_the_answer.set("Content-Security-Policy", content_policy);
    of_the_answer.set("X-Content-Type-Options", "nosniff");
    of_the_answer.set("Referrer-Policy", "no-referrer");
    of_the_answer.set("Cache-Control", "no-store");
    // Whatever name or address an orchestrator uses: there is nothing in these pages to protect.
    if (asked.path() == "/healthz" || asked.path() == "/readyz")
        return std::nullopt;
    if (auto refused = host_(asked, of_the_answer))
        return refused;
    if (auto refused = origin_(asked, of_the_answer))
        return refused;
    if (token_.empty() || is_for_everybody(asked.path()) || is_known(asked))
        return std::nullopt;
    if (asked.method() == "GET" && asked.header("Accept").find("text/html") != std::string_view::npos)
        return response::redirect("/login");
    return response::text("this needs the token of the panel: send Authorization: Bearer …\n", 401)
        .with_header("WWW-Authenticate", "Bearer");
}

bool panel_guard::is_known(request const& asked) const noexcept
{
    return equal_in_constant_time(bearer_token(asked), token_) ||
           equal_in_constant_time(asked.cookie(cookie_), session_);
}

response panel_guard::log_in(request const& form) const
{
    if (!equal_in_constant_time(form.form("token"), token_))
        return response::redirect("/login?wrong");
    return response::redirect("/").with_cookie(cookie_, session_,
                                               {.same_site = "Strict", .secure = is_encrypted_});
}

} // namespace tidings::detail
