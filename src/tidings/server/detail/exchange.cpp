// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/exchange.hpp>
#include <tidings/server/detail/send_response.hpp>

#include <fmt/format.h>

namespace asio = boost::asio;

namespace tidings::detail {

exchange::exchange(loop_state& home, carrier& over, request asked)
    : internal::handler_run(context::root(home.io.get_executor()), over.out(),
                            home.shared->options.grace_timeout, std::move(asked)),
      home_(home), over_(over), open_(*home.shared, over.out())
{}

void exchange::start(boost::intrusive_ptr<internal::counted> owner, reception decided)
{
    ++home_.shared->counts.requests;
    ++home_.shared->counts.handlers;
    internal::handler_run::start(std::move(owner), *find_handler(std::move(decided)));
}

void exchange::client_left(bool is_gone)
{
    if (is_gone || is_running())
        over_.request_ends(get_context().is_done() ? get_context().reason() : end_reason::client_gone);
    end(end_reason::client_gone);
}

stream_handler const* exchange::find_handler(reception decided)
{
    shared_state& shared = *home_.shared;
    if (!decided.fields.empty())
        out().fields() = std::move(decided.fields);
    if (decided.to)
        open_.leads_to(decided.to->pattern);
    if (decided.answer)
        return answer_with(std::move(*decided.answer));
    route const& found = *decided.to;
    if (!found.is_stream)
        return &found.call;
    if (found.settings.compression)
        out().compress(*found.settings.compression);
    std::string const account = shared.proxies.account_of(asked().remote_address());
    open_.take_places(shared, out().out(), account, asked().principal());
    if (auto refused = home_.refuse_stream(asked(), true)) { // since its body began to come
        open_.give_places_back();
        return answer_with(std::move(*refused));
    }
    if (asked().method() == "HEAD") {
        open_.give_places_back();
        return &found.head;
    }
    open_stream(account);
    return &found.call;
}

stream_handler const* exchange::answer_with(response answer)
{
    out().decide(std::move(answer));
    return &home_.shared->routes.as_decided();
}

void exchange::open_stream(std::string_view account)
{
    shared_state& shared = *home_.shared;
    out().start_keep_alive();
    ++shared.counts.streams_opened;
    home_.openings.count();
    duration age = shared.options.maximum_age;
    if (age > duration::zero())
        age -= duration(static_cast<duration::rep>(home_.random() %
                                                   (static_cast<std::uint64_t>((age / 10).count()) + 1)));
    over_.stream_begins(account.empty() ? 0 : open_.place.count(), age);
}

void exchange::watch_rights()
{
    constexpr auto never = std::chrono::system_clock::time_point::max();
    if (asked().valid_until() != never)
        open_.watch_rights(*home_.shared, over_, asked().valid_until());
}

// What becomes of the handler

asio::awaitable<bool> exchange::send_response(response& answer)
{
    return detail::send_response(out().out(), home_.io, *home_.shared, answer, asked());
}

void exchange::handler_returned()
{
    --home_.shared->counts.handlers;
    if (auto const why = get_context().reason();
        why != end_reason::none && why != end_reason::handler_returned)
        over_.request_ends(why);
}

void exchange::log_handler(log_kind kind, log_level level, std::string_view what) const
{
    home_.shared->log(kind, level,
                      fmt::format("the handler of {} {} {}", asked().method(), asked().path(), what));
}

void exchange::handler_sent_nothing()
{
    log_handler(log_kind::handler_misused_stream, log_level::warning,
                "returned without sending anything: the client gets an empty stream, and reconnects");
}

void exchange::handler_sent_type_alone()
{
    log_handler(log_kind::handler_misused_stream, log_level::warning,
                "sent an event with a type and no data: clients drop it silently; for an event without "
                "content, send .data = \"\"");
}

void exchange::handler_failed(std::exception_ptr failure)
{
    over_.request_ends(end_reason::failed);
    ++home_.shared->counts.handlers_failed;
    log_handler(log_kind::handler_failed, log_level::error, "failed: " + describe(failure));
}

std::optional<event_text> exchange::last_words(std::exception_ptr failure)
{
    auto const& hook = home_.shared->options.on_handler_error;
    try {
        return hook ? hook(failure, asked()) : std::nullopt;
    } catch (...) {
        home_.shared->log.failed(log_kind::handler_failed, "on_handler_error");
        return std::nullopt;
    }
}

void exchange::handler_abandoned()
{
    ++home_.shared->counts.handlers_abandoned;
    log_handler(
        log_kind::handler_abandoned, log_level::error,
        fmt::format("has not returned within the grace period after its context ended ({}), nor on "
                    "terminal cancellation; its connection is closed. Wait through the context, or use "
                    "run_blocking for work that blocks",
                    to_string(get_context().reason())));
    over_.request_ends(get_context().reason());
    note_answer();
    open_ = {}; // nobody knows when it will return
    over_.close_now();
}

void exchange::note_answer()
{
    using state = internal::stream_core::state;
    state const now = out().get_state();
    open_.answered(asked(), now == state::fresh ? 0 : out().status(),
                   now != state::fresh && now != state::responded);
}

void exchange::ended(bool is_whole)
{
    if (is_attached())
        open_.handed_over(*home_.shared, out().out(), asked(), out().status());
    else if (is_whole)
        over_.request_ends(end_reason::handler_returned);
    else
        over_.request_ends(out().out().is_lost() ? end_reason::client_gone : end_reason::failed);
    over_.exchange_ended(is_whole);
}

} // namespace tidings::detail
