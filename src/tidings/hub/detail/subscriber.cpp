// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/loop_group.hpp>
#include <tidings/hub/detail/subscriber.hpp>
#include <tidings/hub/detail/topic_state.hpp>

#include <utility>
#include <vector>

namespace tidings::detail {

namespace {

constexpr std::size_t batch_limit = 64;

} // namespace

subscriber::subscriber(std::shared_ptr<topic_state> of, std::shared_ptr<loop_group> group, event_stream& out,
                       std::uint64_t next, std::optional<channel<follow_end>> over)
    : of_(std::move(of)), group_(std::move(group)), out_(&out), next_(next), over_(std::move(over))
{}

subscriber::~subscriber() = default;

void subscriber::take(std::span<shared_frame const> events, std::uint64_t first)
{
    // One that lags is fed by `refill`, when its connection can take more.
    if (next_ < first || next_ >= first + events.size() || !out_)
        return;
    auto const mine = events.subspan(next_ - first);
    next_ += out_->deliver(mine);
}

void subscriber::refill()
{
    std::vector<shared_frame> events;
    while (out_) {
        events.clear();
        auto const read = of_->read(next_, batch_limit, events);
        if (read.is_behind)
            return out_->cut(cut_reason::behind);
        if (!events.empty()) {
            std::size_t const taken = out_->deliver(events);
            next_ += taken;
            if (taken < events.size())
                return; // called again when the connection can take more
        }
        if (read.is_last)
            return end_of_topic();
        if (events.size() < batch_limit)
            return;
    }
}

void subscriber::end_of_topic()
{
    if (!out_)
        return;
    if (over_) {
        detach();
        (void)over_->try_send(follow_end::closed);
        return;
    }
    event_stream& out = *out_;
    std::string const position = of_->position();
    detach();
    out.finish_for_good(position);
}

void subscriber::detach()
{
    if (!out_)
        return;
    std::exchange(out_, nullptr)->detach();
    of_->leave(*group_);
    group_->remove(*this);
}

void subscriber::leave(follow_end why)
{
    if (!out_)
        return;
    std::exchange(out_, nullptr)->detach();
    if (over_)
        (void)over_->try_send(why);
    of_->leave(*group_);
    group_->remove(*this);
}

} // namespace tidings::detail
