// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

namespace tidings::internal {

/// What handlers and the kernel may call, and what therefore lives until the last of them lets go: kept by
/// `boost::intrusive_ptr`. On one loop, so references are counted without atomics, and in four bytes: there
/// is one for each connection.
struct counted : boost::intrusive_ref_counter<counted, boost::thread_unsafe_counter>
{
    virtual ~counted() = default;
};

} // namespace tidings::internal
