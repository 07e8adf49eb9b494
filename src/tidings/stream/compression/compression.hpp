// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/internal/content_coding.hpp>

#include <memory>

namespace tidings {

/// Compresses streams with zstd or gzip, whichever the client accepts; a client that accepts neither gets
/// plain text. Each event is compressed separately: a topic's events once for all subscribers, a handler's
/// events for its stream. For `topic_options` and `route_options`, several of which may share one:
///
///     auto const small = tidings::compression();
///     registry.add("prices/{symbol}", {.compression = small});
///     server.get("/prices/{symbol}", prices, {.compression = small});
///
/// Do not use it for events that contain a secret next to text that somebody else can choose: the compressed
/// length reveals whether the two have something in common (the BREACH attack).
///
/// Includes zstd only if the component was built with it. Safe from any thread.
[[nodiscard]] std::shared_ptr<internal::content_codings const> compression();

} // namespace tidings
