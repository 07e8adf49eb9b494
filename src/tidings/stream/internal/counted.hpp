// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>

namespace tidings::internal {

/// What handlers and the kernel may call, and what therefore lives until the last of them lets go: kept by
/// `boost::intrusive_ptr`. On one loop, so references are counted without atomics, and in four bytes: there
/// is one for each connection.
class counted
{
public:
    counted() = default;
    counted(counted const&) = delete;
    counted& operator=(counted const&) = delete;

    friend void intrusive_ptr_add_ref(counted* kept) noexcept { ++kept->references_; }
    friend void intrusive_ptr_release(counted* kept) noexcept;

protected:
    virtual ~counted() = default;

private:
    unsigned references_ = 0;
};

} // namespace tidings::internal
