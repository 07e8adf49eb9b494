// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/event_id.hpp>
#include <tidings/hub/detail/shards.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace tidings::detail {

namespace {

// FNV-1a.
constexpr std::uint64_t hash_start = 0xcbf29ce484222325;

std::uint64_t add_to_hash(std::uint64_t hash, std::string_view text) noexcept
{
    for (char const c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return hash;
}

// The finaliser of MurmurHash3: each bit depends on all.
std::uint64_t mixed(std::uint64_t hash) noexcept
{
    hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
    hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
    return hash ^ (hash >> 33);
}

std::string letters_of(std::string_view text, std::size_t count)
{
    std::string made;
    for (std::uint64_t left = mixed(add_to_hash(hash_start, text)); made.size() < count; left >>= 5)
        made += epoch_digits[left % epoch_digits.size()];
    return made;
}

} // namespace

std::string store_mark(std::string_view identity)
{
    return letters_of(identity, store_mark_size);
}

std::string list_mark(std::vector<std::string> store_marks)
{
    std::ranges::sort(store_marks);
    std::string all;
    for (std::string const& each : store_marks)
        all += each;
    return letters_of(all, list_mark_size);
}

std::uint64_t weight(std::string_view topic, std::string_view store_mark) noexcept
{
    return mixed(add_to_hash(add_to_hash(hash_start, topic), store_mark));
}

std::vector<shard> shards_of(topic_options const& options)
{
    auto const& stores = options.shards;
    if (stores.empty())
        return options.store ? std::vector{shard{.store = options.store}} : std::vector<shard>{};
    if (options.store)
        throw std::invalid_argument("tidings: topic_options::store and topic_options::shards exclude each "
                                    "other: give one store, or a list of several");
    if (stores.size() > max_shards)
        throw std::invalid_argument(fmt::format("tidings: topic_options::shards has {} stores, and at most "
                                                "{} are allowed: the ids of a stream have a number for each",
                                                stores.size(), max_shards));
    std::vector<std::string> marks;
    for (auto const& each : stores) {
        if (!each)
            throw std::invalid_argument("tidings: topic_options::shards has a null in it");
        std::string mark = store_mark(each->identity());
        if (std::ranges::find(marks, mark) != marks.end())
            throw std::invalid_argument(fmt::format(
                "tidings: topic_options::shards has {} twice, or two stores with the same identity",
                each->name()));
        marks.push_back(std::move(mark));
    }
    std::string const list = list_mark(marks);
    std::vector<shard> made(stores.size());
    for (std::size_t i = 0; i < stores.size(); ++i)
        made[i] = {.store = stores[i], .mark = mark_sign + marks[i] + list};
    return made;
}

} // namespace tidings::detail
