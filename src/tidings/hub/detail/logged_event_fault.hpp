// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic_log.hpp>

#include <string_view>

namespace tidings::detail {

/// What is wrong with an event that a log gives, for a topic of that epoch; empty when it can be one that the
/// topic has published. A log may be a file, which is as little trusted as what comes over the network: its
/// text goes to clients as it is.
std::string_view fault_of(logged_event const& value, std::string_view epoch);

} // namespace tidings::detail
