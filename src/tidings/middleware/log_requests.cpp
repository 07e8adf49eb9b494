// SPDX-License-Identifier: BSL-1.0
#include <tidings/middleware/log_requests.hpp>

#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

namespace asio = boost::asio;

namespace tidings {

namespace {

std::string_view why_ended(context const& ctx, internal::stream_core const& out, bool has_failed)
{
    if (out.get_state() == internal::stream_core::state::attached)
        return "attached";
    if (out.get_state() == internal::stream_core::state::finished)
        return "finished";
    if (ctx.is_done())
        return to_string(ctx.reason());
    return has_failed ? "failed" : to_string(end_reason::handler_returned);
}

std::string outcome(context const& ctx, internal::stream_core const& out, bool has_failed, double seconds)
{
    bool const has_begun = out.is_head_sent() && out.get_state() != internal::stream_core::state::responded;
    if (has_begun)
        return fmt::format("{} stream {:.3f}s {}", out.status(), seconds, why_ended(ctx, out, has_failed));
    if (out.get_state() == internal::stream_core::state::fresh && ctx.is_done())
        return fmt::format("- {:.3f}s {}", seconds, to_string(ctx.reason()));
    if (has_failed)
        return fmt::format("500 {:.3f}s failed", seconds);
    if (ctx.is_done())
        return fmt::format("{} {:.3f}s {}", out.status(), seconds, to_string(ctx.reason()));
    return fmt::format("{} {:.3f}s", out.status(), seconds);
}

asio::awaitable<void> run_logged(stream_handler const& inner, line_sink const& sink, context ctx,
                                 request& asked, event_stream& out)
{
    time_point const began = ctx.now();
    std::exception_ptr failure;
    try {
        co_await inner(ctx, asked, out);
    } catch (...) {
        failure = std::current_exception();
    }
    auto& core = internal::access::core(out);
    double const seconds = std::chrono::duration<double>(ctx.now() - began).count();
    auto const write = [sink, &asked, &core, seconds, ctx, has_failed = failure != nullptr] {
        try {
            auto const who = asked.principal().empty() ? "" : fmt::format(" ({})", asked.principal());
            sink(fmt::format("{} {} {}{}", asked.method(), asked.path(),
                             outcome(ctx, core, has_failed, seconds), who));
        } catch (...) { // NOLINT(bugprone-empty-catch): a full disk, say; there is nobody left to tell
        }
    };
    core.is_file() ? core.when_over(write) : write();
    if (failure)
        std::rethrow_exception(failure);
}

} // namespace

middleware log_requests(line_sink sink)
{
    if (!sink)
        throw std::invalid_argument("tidings: log_requests needs a sink for its lines");
    return [sink = std::move(sink)](stream_handler inner) -> stream_handler {
        return [sink, inner = std::move(inner)](context ctx, request& asked, event_stream& out) {
            return run_logged(inner, sink, std::move(ctx), asked, out);
        };
    };
}

} // namespace tidings
