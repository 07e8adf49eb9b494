// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/own_ids.hpp>

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace tidings::detail {

void own_ids::require_new(std::string const& id) const
{
    if (!id.empty() && numbers_.contains(id))
        throw std::invalid_argument(
            fmt::format("tidings: the id \"{}\" has been published on this topic already; leave "
                        "it out to let the topic number its events",
                        id));
}

void own_ids::add(std::string const& id, std::uint64_t number)
{
    if (!id.empty())
        numbers_.emplace(id, number);
}

void own_ids::retire(std::string id)
{
    if (id.empty())
        return;
    past_memory_ += memory_of(id);
    past_.push_back(std::move(id));
    if (past_.size() <= most_past_)
        return;
    past_memory_ -= memory_of(past_.front());
    numbers_.erase(past_.front());
    past_.pop_front();
}

std::optional<std::uint64_t> own_ids::find(std::string_view id) const
{
    if (numbers_.empty())
        return std::nullopt;
    auto const known = numbers_.find(std::string(id));
    return known == numbers_.end() ? std::nullopt : std::optional(known->second);
}

std::size_t own_ids::memory_of(std::string const& id) noexcept
{
    constexpr std::size_t overhead = 256;
    return overhead + 2 * id.size();
}

} // namespace tidings::detail
