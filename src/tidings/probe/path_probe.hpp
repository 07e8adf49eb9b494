// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/server/route_options.hpp>
#include <tidings/server/server.hpp>

#include <string>

namespace tidings {

/// Adds a page that says what the path between a browser and this server does to event streams, and how to
/// cure it:
///
///     tidings::path_probe(server, "/probe");
///
/// The page opens streams through whatever is in between, and names what it finds: events come in heaps
/// (something buffers), streams are compressed or cut after some time, HTTP/1.1 allows six connections. It
/// names the proxy where headers give it away, with the settings that help; else those of the common ones.
///
/// The routes are `path` itself and `beats`, `silence`, `traffic` and `verdict` below it. A stream of the
/// probe lasts two seconds, or as long as the page asks for, ten minutes at most; it counts towards the
/// limits of the server like any other. `own` is for all of the routes: its checks decide who may use the
/// probe. Throws `std::invalid_argument` for a path that is no route, and what `server::get` throws.
void path_probe(server& to, std::string const& path = "/probe", route_options own = {});

} // namespace tidings
