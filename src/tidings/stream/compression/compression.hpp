// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/internal/content_coding.hpp>

#include <memory>

namespace tidings {

/// Lets streams leave in zstd or gzip, whichever their clients accept; what accepts neither gets them as they
/// are. Each event is compressed alone: those of a topic once for all subscribers, those that a handler sends
/// for its stream. For `topic_options` and `route_options`, of which several may have the same one:
///
///     auto const small = tidings::compression();
///     registry.add("prices/{symbol}", {.compression = small});
///     server.get("/prices/{symbol}", prices, {.compression = small});
///
/// Not for events in which a secret stands beside text that somebody else may choose: the length of what is
/// compressed tells whether the two have something in common (the attack is called BREACH).
///
/// zstd only where the component was built with it. Safe from any thread.
[[nodiscard]] std::shared_ptr<internal::content_codings const> compression();

} // namespace tidings
