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
    if (at_)
        at_->second.of->remove(at_->first);
}

void address_counts::remove(std::string_view address)
{
    std::lock_guard const guard(lock_);
    auto const found = counts_.find(std::string(address));
    --all_;
    if (--found->second.count == 0)
        counts_.erase(found);
}

std::size_t address_counts::count(std::string_view address)
{
    std::lock_guard const guard(lock_);
    auto const found = counts_.find(std::string(address));
    return found == counts_.end() ? 0 : found->second.count;
}

std::size_t address_counts::place::count() const noexcept
{
    if (!at_)
        return 0;
    std::lock_guard const guard(at_->second.of->lock_);
    return at_->second.count;
}

} // namespace tidings::detail
