// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "service.hpp"

#include <map>
#include <string>

/// What this server can do: `add` answers at once, `count` takes its time, `greet` asks back.
std::map<std::string, mcp::tool, std::less<>> make_tools();
