// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/internal/progress.hpp>

#include <utility>

namespace tidings::internal {

void progress::advance(std::uint64_t by)
{
    reached_ += by;
    for (auto* at = waiters_.front(); at;) {
        auto& each = static_cast<detail::progress_node&>(*std::exchange(at, waiters_.after(*at)));
        if (each.mark > reached_)
            continue;
        detail::wait_list::remove(each);
        if (each.owner->claim(each.index))
            each.owner->wake();
    }
}

void progress::end()
{
    has_ended_ = true;
    while (auto* const claimed = waiters_.claim_front())
        claimed->owner->wake();
}

} // namespace tidings::internal

namespace tidings::detail {

readiness progress_case::poll(internal::loop&) const noexcept
{
    return is_reached() || of_->has_ended() ? readiness::ready : readiness::pending;
}

bool progress_case::link(operation& owner, int index)
{
    node_.owner = &owner;
    node_.index = index;
    of_->waiters_.push_back(node_);
    return true;
}

void progress_case::unlink(operation&)
{
    if (node_.is_linked())
        wait_list::remove(node_);
}

} // namespace tidings::detail
