// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace tidings::detail {

/// The states of a compressor, which are large and take long to make. A call has one for itself, so there are
/// as many as threads have ever called at once, whatever the number of streams. Safe from any thread.
template <typename State>
class state_pool
{
public:
    /// What `use` makes of a state that nobody else uses meanwhile.
    template <typename Use>
    auto with(Use&& use)
    {
        auto state = take();
        auto made = use(*state);
        std::lock_guard const guard(lock_); // after an exception the state is not used again
        idle_.push_back(std::move(state));
        return made;
    }

private:
    std::unique_ptr<State> take()
    {
        {
            std::lock_guard const guard(lock_);
            if (!idle_.empty()) {
                auto taken = std::move(idle_.back());
                idle_.pop_back();
                return taken;
            }
        }
        return std::make_unique<State>();
    }

    std::mutex lock_;
    std::vector<std::unique_ptr<State>> idle_;
};

} // namespace tidings::detail
