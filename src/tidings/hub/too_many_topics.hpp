// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <stdexcept>

namespace tidings {

/// A registry holds as many topics as it may, and none of them can make room now: see
/// `topic_registry_options`. It will pass; a client is told to come back, with status 503 and Retry-After for
/// one.
class too_many_topics : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

} // namespace tidings
