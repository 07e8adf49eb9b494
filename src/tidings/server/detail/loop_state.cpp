// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/response_head.hpp>
#include <tidings/server/detail/connection.hpp>
#include <tidings/server/detail/loop_state.hpp>

#include <algorithm>
#include <utility>

namespace tidings::detail {

loop_state::loop_state(boost::asio::io_context& loop, std::shared_ptr<shared_state> all, std::uint64_t seed)
    : io(loop), shared(std::move(all)), root(context::root(io.get_executor())), random(seed),
      sockets(std::make_shared<socket_watch>(io)), buffers(io, shared->buffers)
{}

loop_state::~loop_state() = default;

std::string_view loop_state::date()
{
    auto const now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (std::exchange(date_made_, now) != now)
        http_date(now).copy(date_.data(), date_.size());
    return {date_.data(), date_.size()};
}

std::unique_ptr<incoming> loop_state::take_incoming()
{
    if (unused_.empty()) {
        auto const& options = shared->options;
        return std::make_unique<incoming>(
            parser_limits{.head = options.head_bytes, .body = options.body_bytes});
    }
    auto taken = std::move(unused_.back());
    unused_.pop_back();
    return taken;
}

void loop_state::give_back(std::unique_ptr<incoming> used)
{
    if (!used || unused_.size() == kept_parsers)
        return;
    used->reset();
    unused_.push_back(std::move(used));
}

loop_state::list& loop_state::list_of(connection const& member) noexcept
{
    return lists_[static_cast<std::size_t>(member.occupation_)];
}

void loop_state::link(connection& added) noexcept
{
    list& of = list_of(added);
    added.previous_ = of.last;
    added.next_ = nullptr;
    (of.last ? of.last->next_ : of.first) = &added;
    of.last = &added;
}

void loop_state::unlink(connection& gone) noexcept
{
    list& of = list_of(gone);
    (gone.previous_ ? gone.previous_->next_ : of.first) = gone.next_;
    (gone.next_ ? gone.next_->previous_ : of.last) = gone.previous_;
}

void loop_state::enter(connection& added) noexcept
{
    link(added);
}

void loop_state::leave(connection& gone) noexcept
{
    unlink(gone);
    if (is_draining && is_empty())
        (void)emptied.try_send(true);
}

void loop_state::move(connection& moved, occupation now) noexcept
{
    unlink(moved);
    moved.occupation_ = now;
    link(moved);
}

bool loop_state::is_empty() const noexcept
{
    return std::ranges::all_of(lists_, [](list const& each) { return each.first == nullptr; });
}

std::vector<boost::intrusive_ptr<connection>> loop_state::connections() const
{
    std::vector<boost::intrusive_ptr<connection>> all;
    for (list const& each : lists_)
        for (connection* at = each.first; at; at = at->next_)
            all.emplace_back(at);
    return all;
}

std::vector<boost::intrusive_ptr<connection>> loop_state::connections(occupation doing,
                                                                      std::size_t most) const
{
    std::vector<boost::intrusive_ptr<connection>> some;
    for (connection* at = lists_[static_cast<std::size_t>(doing)].first; at && some.size() < most;
         at = at->next_)
        some.emplace_back(at);
    return some;
}

} // namespace tidings::detail
