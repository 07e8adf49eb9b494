// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

namespace tidings::internal {

struct engine_info
{
    std::string who{}; ///< another one after each start of it and each promotion
    std::string version{};
    /// WAITAOF of others answers before the sync (redis/redis#13793); all Valkeys say that they are a 7.2.4.
    bool has_true_waitaof = false;
    bool has_append_file = false;
};

/// Reads what the engine says of itself (INFO). Throws `engine_fault` for one that the hub cannot use, with a
/// text that says which: a version before 6.2, a node of a cluster, a replica, one that reads its data.
engine_info identify_engine(std::string_view info);

} // namespace tidings::internal
