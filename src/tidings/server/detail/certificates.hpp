// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/server/detail/background.hpp>
#include <tidings/server/detail/shared_state.hpp>

#include <memory>

namespace tidings::detail {

/// Certificates of endpoints that encrypt: what is wrong with them is logged, and files that change are read
/// again, in the background and on threads of `run_blocking`.

void warn_of_certificates(shared_state const& shared);

/// Whether an endpoint has certificates from files.
bool has_certificate_files(server_options const& options);

/// From now on, until the server stops.
void watch_certificate_files(background const& work, std::shared_ptr<shared_state> const& shared);

/// Once, and whether or not they have changed.
void reread_certificate_files(background const& work, std::shared_ptr<shared_state> const& shared);

} // namespace tidings::detail
