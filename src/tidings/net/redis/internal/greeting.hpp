// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/time.hpp>
#include <tidings/net/redis/internal/command_pipe.hpp>
#include <tidings/net/redis/internal/engine_info.hpp>
#include <tidings/net/redis/internal/engine_url.hpp>
#include <tidings/net/redis/internal/resp.hpp>

#include <functional>
#include <string_view>
#include <vector>

namespace tidings::internal {

/// These throw `engine_fault`: for an answer that none can have,
void require(bool is_true);
/// for an error,
void require_no_error(engine_reply const& got);
/// and for one that comes before anything else: whoever lets nobody in has to be told by somebody.
void require_let_in(engine_reply const& got);

/// The words of AUTH, which are the URL's; none where it has no password.
std::vector<std::string_view> authentication(engine_url const& to);

/// What each connection for commands begins with: AUTH, SELECT, and who the engine is.
void greet(command_pipe& at, engine_url const& to, std::function<void(engine_info)> then, time_point now);

} // namespace tidings::internal
