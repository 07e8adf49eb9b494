// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace tidings::internal {

/// The engine cannot be used now; both connections are to be closed, and made again later. The text says why,
/// for a person.
struct engine_fault : std::runtime_error
{
    explicit engine_fault(std::string const& why, bool is_lasting = false)
        : std::runtime_error(why), is_lasting(is_lasting)
    {}

    /// Trying again will not help: somebody has to change something.
    bool is_lasting;
};

/// What an error that the engine has answered means.
enum class engine_error
{
    away,    ///< it cannot serve anybody, or not as this engine: connect again
    lasting, ///< the same, until somebody changes something
    refused, ///< it does not do this, and may do others
    life,    ///< ours: another life has begun
    gap,     ///< ours: the event before this one was not kept
};
engine_error meaning_of(std::string_view error);

/// "LOADING Redis is loading the dataset in memory" with a word on what to do, where there is one. Secrets
/// are not in it.
engine_fault fault_of(std::string_view error);

} // namespace tidings::internal
