// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/address_counts.hpp>

namespace tidings::detail {

address_counts::place address_counts::add(std::string_view address)
{
    place added;
    std::lock_guard const guard(lock_);
    added.at_ = &*counts_.try_emplace(std::string(address), streams{this}).first;
    ++added.at_->second.count;
    ++all_;
    return added;
}

address_counts::place::~place()
{
    if (!at_)
        return;
    address_counts& of = *at_->second.of;
    std::lock_guard const guard(of.lock_);
    --of.all_;
    if (--at_->second.count == 0)
        of.counts_.erase(of.counts_.find(at_->first));
}

std::size_t address_counts::place::count() const noexcept
{
    if (!at_)
        return 0;
    std::lock_guard const guard(at_->second.of->lock_);
    return at_->second.count;
}

} // namespace tidings::detail
