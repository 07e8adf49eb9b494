// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/address_counts.hpp>

namespace tidings::detail {

address_counts::place address_counts::add(std::string_view address)
{
    place added;
    std::lock_guard const guard(lock_);
    auto& entry = *counts_.try_emplace(std::string(address)).first;
    added.of_ = this;
    added.at_ = &entry;
    added.count_ = ++entry.second;
    return added;
}

address_counts::place::~place()
{
    if (!of_)
        return;
    std::lock_guard const guard(of_->lock_);
    if (--at_->second == 0)
        of_->counts_.erase(of_->counts_.find(at_->first));
}

} // namespace tidings::detail
