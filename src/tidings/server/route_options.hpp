// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/time.hpp>
#include <tidings/server/server_options.hpp>
#include <tidings/stream/handler.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace tidings {

namespace internal {
class content_codings;
}

/// What one route has of its own. What is not set here is as the server has it; see `server_options` for what
/// 0 and the largest values mean.
///
///     server.post("/pictures", keep_picture, {.body_bytes = 20 * 1024 * 1024});
struct route_options
{
    std::optional<duration> keep_alive{};
    std::optional<duration> write_timeout{};
    /// May be larger than the server's, too. The time for a body and the budget of all buffers stay.
    std::optional<std::size_t> body_bytes{};
    std::optional<half_close> on_half_close{};
    /// Asked upon the head, behind the server's checks, in their order. A request of another method on the
    /// same path does not meet them, but for HEAD, which goes where GET does; so a check that answers
    /// preflights, as `cors` does, is given to the server.
    std::vector<request_check> checks{};
    /// Around this handler alone, within the server's middleware. The first is outermost.
    std::vector<middleware> around{};
    /// Compresses the route's streams for clients that accept it, also what the handler sends itself, each
    /// event alone: `tidings::compression()`, of the component of that name. Plain answers stay as they are.
    /// Null: only streams of topics that have it.
    std::shared_ptr<internal::content_codings const> compression{};
};

} // namespace tidings
