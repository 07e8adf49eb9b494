// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic.hpp>
#include <tidings/wait/context.hpp>

#include "service.hpp"
#include "session.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <memory>

namespace mcp {

/// The result of a tool that answers at once.
boost::json::object answer_of(tool const& called, boost::json::object const& arguments);

/// The call of a tool that takes its time, as work of the server: it goes on while its client has no
/// connection, and ends when it is canceled, the session ends, or the server stops. What it says, and its
/// result, go into `stream`.
boost::asio::awaitable<void> run_call(tidings::context ctx, std::shared_ptr<session> caller,
                                      tool const* called, boost::json::value id, boost::json::object params,
                                      tidings::topic stream);

} // namespace mcp
