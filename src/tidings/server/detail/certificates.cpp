// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/internal/encryption.hpp>
#include <tidings/server/detail/certificates.hpp>
#include <tidings/wait/after.hpp>
#include <tidings/wait/run_blocking.hpp>

#include <set>

namespace asio = boost::asio;

namespace tidings::detail {

namespace {

using encryption_ptr = std::shared_ptr<internal::encryption>;

// Each once, as several endpoints may share one.
std::set<encryption_ptr> with_files(server_options const& options)
{
    std::set<encryption_ptr> found;
    for (auto const& each : options.listen)
        if (each.tls && each.tls->has_files())
            found.insert(each.tls);
    return found;
}

void warn(internal::encryption const& of, server_log const& log)
{
    for (auto const& warning : of.warnings())
        log(log_level::warning, warning);
}

std::string refresh(encryption_ptr const& of, bool in_any_case)
{
    return of->refresh(in_any_case);
}

asio::awaitable<void> reread(context ctx, std::shared_ptr<shared_state> shared, encryption_ptr of,
                             bool in_any_case)
try {
    auto const done = co_await run_blocking(ctx, &refresh, of, in_any_case);
    if (!done || done->empty())
        co_return;
    shared->log(log_level::info, *done);
    warn(*of, shared->log);
} catch (std::exception const&) {
    shared->log(log_level::error, describe(std::current_exception()));
}

asio::awaitable<void> watch(context ctx, std::shared_ptr<shared_state> shared, encryption_ptr of)
{
    for (;;) {
        after pause(of->file_check_interval());
        bool const is_due = co_await pause.wait(ctx);
        if (!is_due)
            co_return;
        co_await reread(ctx, shared, of, false);
    }
}

} // namespace

void warn_of_certificates(shared_state const& shared)
{
    for (auto const& each : shared.options.listen)
        if (each.tls)
            warn(*each.tls, shared.log);
}

bool has_certificate_files(server_options const& options)
{
    return !with_files(options).empty();
}

void watch_certificate_files(background const& work, std::shared_ptr<shared_state> const& shared)
{
    for (auto const& each : with_files(shared->options))
        if (each->file_check_interval() > duration::zero())
            spawn(work.root, watch, shared, each);
}

void reread_certificate_files(background const& work, std::shared_ptr<shared_state> const& shared)
{
    for (auto const& each : with_files(shared->options))
        spawn(work.root, reread, shared, each, true);
}

} // namespace tidings::detail
