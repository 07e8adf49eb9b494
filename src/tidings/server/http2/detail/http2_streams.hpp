// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/server/http2/detail/http2_stream.hpp>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace tidings::detail {

/// The streams of one connection, and which of them have something to do: a turn that concerns one of a
/// hundred looks at that one alone.
class http2_streams
{
public:
    auto begin() const noexcept { return all_.begin(); }
    auto end() const noexcept { return all_.end(); }
    bool is_empty() const noexcept { return all_.empty(); }
    /// Handlers that run although their stream was reset count.
    bool are_fewer_than(std::size_t most) const noexcept
    {
        return all_.size() < most || all_.size() - count(&http2_stream::is_over) < most;
    }
    http2_stream& add(std::unique_ptr<http2_stream> begun)
    {
        all_.push_back(std::move(begun));
        return *all_.back();
    }

    /// The session has told it something, which it has noted.
    void note(http2_stream& told) { told_.push_back(&told); }
    /// Has those act that were told something.
    void proceed()
    {
        for (std::size_t i = 0; i < told_.size(); ++i) // more may be told meanwhile
            told_[i]->proceed();
        told_.clear();
    }

    /// It waits for room, behind those that do already.
    void await_room(http2_stream& waiting) { waiting_.push_back(&waiting); }
    /// Has those go on for which there is room now, as far as it lasts. Who has had some and waits again
    /// stands behind the others.
    void go_on()
    {
        std::size_t const count = waiting_.size();
        for (std::size_t i = 0; i != count; ++i)
            if (waiting_[i]->can_go_on())
                std::exchange(waiting_[i], nullptr)->on_writable();
        std::erase(waiting_, nullptr);
    }

    /// One of them may be over.
    void note_end() noexcept { has_one_ended_ = true; }
    /// Destroys those that are over, outside of all their calls. Whether the last one has gone.
    bool forget_those_that_are_over()
    {
        if (!std::exchange(has_one_ended_, false))
            return false;
        auto const is_over = [](auto const& each) { return each->is_over(); };
        std::erase_if(waiting_, is_over);
        return std::erase_if(all_, is_over) != 0 && all_.empty();
    }

    bool is_at_work() const noexcept
    {
        return std::ranges::any_of(all_, [](auto const& each) { return each->is_at_work(); });
    }
    std::size_t open_streams() const noexcept { return count(&http2_stream::is_open_stream); }
    /// The one whose end would free most; null when there is none.
    http2_stream* largest() const noexcept
    {
        auto const size = [](auto const& each) { return each->can_be_relieved_of(); };
        auto const most = std::ranges::max_element(all_, {}, size);
        return most == all_.end() ? nullptr : most->get();
    }

private:
    std::size_t count(bool (http2_stream::*what)() const noexcept) const noexcept
    {
        return static_cast<std::size_t>(
            std::ranges::count_if(all_, [&](auto const& each) { return ((*each).*what)(); }));
    }

    std::vector<std::unique_ptr<http2_stream>> all_;
    std::vector<http2_stream*> told_;
    std::vector<http2_stream*> waiting_; // longest first
    bool has_one_ended_ = false;
};

} // namespace tidings::detail
