// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/redis/internal/engine_fault.hpp>
#include <tidings/net/redis/internal/greeting.hpp>

#include <string>
#include <utility>

namespace tidings::internal {

void require(bool is_true)
{
    if (!is_true)
        throw engine_fault("it sent an invalid answer");
}

void require_no_error(engine_reply const& got)
{
    if (got.what == engine_reply::kind::error)
        throw fault_of(got.text);
}

void require_let_in(engine_reply const& got)
{
    if (got.what == engine_reply::kind::error)
        throw engine_fault(fault_of(got.text).what(), meaning_of(got.text) != engine_error::away);
}

std::vector<std::string_view> authentication(engine_url const& to)
{
    if (to.password.empty())
        return {};
    if (to.user.empty())
        return {"AUTH", to.password};
    return {"AUTH", to.user, to.password};
}

void greet(command_pipe& at, engine_url const& to, std::function<void(engine_info)> then, time_point now)
{
    if (auto const words = authentication(to); !words.empty())
        at.ask(words, require_let_in, now);
    if (to.database != 0)
        at.ask({"SELECT", std::to_string(to.database)}, require_let_in, now);
    at.ask(
        {"INFO"},
        [then = std::move(then)](engine_reply const& got) {
            require_let_in(got);
            then(identify_engine(got.text));
        },
        now);
}

} // namespace tidings::internal
