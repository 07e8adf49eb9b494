// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

namespace tidings::internal {

/// Reads what the engine says of itself (INFO): who it is, which is another one after each start of it and
/// each promotion. Throws `engine_fault` for one that the hub cannot use, with a text that says which: a
/// version before 6.2, a node of a cluster, a replica, one that reads its data.
std::string identify_engine(std::string_view info);

} // namespace tidings::internal
