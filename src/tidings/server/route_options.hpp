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

/// The options of one route. What is not set here is as for the server; see `server_options` for the meaning
/// of 0 and the largest values.
///
///     server.post("/pictures", keep_picture, {.body_bytes = 20 * 1024 * 1024});
struct route_options
{
    std::optional<duration> keep_alive{};
    std::optional<duration> write_timeout{};
    /// May also be larger than the server's. The time for a body and the budget of all buffers remain.
    std::optional<std::size_t> body_bytes{};
    std::optional<half_close> on_half_close{};
    /// How long before the instant of `request::set_valid_until` an open stream is sent an event
    /// `tidings-expiring`, without an id, whose data is JSON: `{"milliseconds":30000}` is what is left.
    /// Zero: it is sent none.
    duration expiry_notice{};
    /// Run on the headers, after the server's checks, in order. Requests with another method on the same
    /// path do not pass them, except HEAD, which is routed like GET; so add a check that answers preflights,
    /// such as `cors`, to the server.
    std::vector<request_check> checks{};
    /// Around this handler alone, inside the server's middleware. The first is outermost.
    std::vector<middleware> around{};
    /// Compresses the route's streams for clients that accept it, including what the handler sends itself,
    /// each event separately: `tidings::compression()`, from the component of that name. Plain responses
    /// stay as they are. Null: only streams of topics that have it.
    std::shared_ptr<internal::content_codings const> compression{};
};

} // namespace tidings
