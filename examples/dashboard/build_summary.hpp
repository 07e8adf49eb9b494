// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

namespace dashboard {

/// What a list of builds shows of each. `state` is running, succeeded, failed or stopped; or interrupted,
/// when the dashboard ended before its build did.
struct build_summary
{
    int id = 0;
    std::string state;
    std::string command;
    double seconds = 0;
};

std::string to_json(build_summary const& summary);

/// Throws `boost::system::system_error` for text that `to_json` has not written.
build_summary parse_summary(std::string_view json);

} // namespace dashboard
