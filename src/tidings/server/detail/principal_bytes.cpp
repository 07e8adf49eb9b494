// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/answer.hpp>
#include <tidings/server/detail/connection.hpp>
#include <tidings/server/detail/principal_bytes.hpp>

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

namespace tidings::detail {

namespace {

constexpr duration shortest_interval = std::chrono::milliseconds(100);

struct held_by
{
    std::size_t sum = 0;
    std::vector<std::pair<std::size_t, answer*>> streams{};
};

// How many bytes that frees.
std::size_t cut_largest(std::vector<std::pair<std::size_t, answer*>>& streams, std::size_t excess)
{
    std::ranges::sort(streams, std::greater(), [](auto const& each) { return each.first; });
    std::size_t freed = 0;
    for (auto const& [bytes, stream] : streams) {
        if (freed >= excess)
            break;
        stream->full_buffers(
            "too much was waiting for its principal (per_principal.unsent_bytes), and it held "
            "most of that");
        freed += bytes;
    }
    return freed;
}

} // namespace

std::size_t principal_sums::change(std::string const& principal, std::size_t before, std::size_t now)
{
    std::lock_guard const guard(lock_);
    std::size_t& sum = sums_[principal];
    sum += now - before;
    std::size_t const all = sum;
    if (all == 0)
        sums_.erase(principal);
    return all;
}

void principal_bytes::note()
{
    if (!std::exchange(is_due_, true))
        set(later(now(), shortest_interval));
}

void principal_bytes::forget()
{
    clear();
    for (auto const& [name, held] : std::exchange(told_, {}))
        of_.shared->unsent_by_principal.change(name, held, 0);
}

void principal_bytes::on_time()
{
    is_due_ = false;
    auto const connections = of_.connections();
    std::map<std::string, held_by> holders;
    for (auto const& each : connections)
        each->visit_streams([&holders](answer& stream) {
            if (stream.unsent() == 0 || stream.principal().empty())
                return;
            held_by& of = holders[std::string(stream.principal())];
            of.sum += stream.unsent();
            of.streams.emplace_back(stream.unsent(), &stream);
        });

    auto& sums = of_.shared->unsent_by_principal;
    std::size_t const limit = of_.shared->options.per_principal.unsent_bytes;
    for (auto const& [name, held] : std::exchange(told_, {}))
        sums.change(name, held, 0);
    for (auto& [name, of] : holders) {
        std::size_t const all = sums.change(name, 0, of.sum);
        std::size_t const left = all > limit ? of.sum - cut_largest(of.streams, all - limit) : of.sum;
        sums.change(name, of.sum, left);
        told_.emplace(name, left);
    }
}

} // namespace tidings::detail
