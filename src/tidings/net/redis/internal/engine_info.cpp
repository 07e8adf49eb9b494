// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/redis/internal/engine_fault.hpp>
#include <tidings/net/redis/internal/engine_info.hpp>
#include <tidings/net/redis/internal/resp.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace tidings::internal {

namespace {

// The text of a field; empty when there is none.
std::string_view field(std::string_view info, std::string_view name)
{
    while (!info.empty()) {
        auto const end = info.find('\n');
        std::string_view line = info.substr(0, end);
        info.remove_prefix(end == info.npos ? info.size() : end + 1);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        if (line.starts_with(name) && line.substr(name.size()).starts_with(':'))
            return line.substr(name.size() + 1);
    }
    return {};
}

using version_numbers = std::pair<std::uint64_t, std::uint64_t>;

// Of "6.2.14" the first two; what is none is 0.
version_numbers parse_version(std::string_view text)
{
    auto const dot = std::min(text.find('.'), text.size());
    std::string_view const rest = text.substr(std::min(dot + 1, text.size()));
    return {parse_number(text.substr(0, dot)).value_or(0),
            parse_number(rest.substr(0, rest.find('.'))).value_or(0)};
}

} // namespace

engine_info identify_engine(std::string_view info)
{
    auto const version = field(info, "redis_version"); // Valkey says one, too
    auto const numbers = parse_version(version);
    if (numbers < version_numbers(6, 2))
        throw engine_fault(
            fmt::format("its version is \"{}\", and the hub needs Redis 6.2 or newer, or Valkey", version),
            true);
    if (field(info, "redis_mode") == "cluster" || field(info, "cluster_enabled") == "1")
        throw engine_fault("it is a node of a cluster; give the hub a standalone engine", true);
    if (field(info, "loading") == "1")
        throw engine_fault("it is loading its data");
    if (field(info, "role") != "master")
        throw engine_fault("it is a replica; give the hub the primary", true);
    auto const run = field(info, "run_id");
    auto const replication = field(info, "master_replid");
    if (run.empty() || replication.empty())
        throw engine_fault("it does not identify itself (run_id, master_replid)", true);
    return {.who = fmt::format("{} {}", run, replication),
            .version = std::string(version),
            .has_true_waitaof = numbers >= version_numbers(8, 0),
            .has_append_file = field(info, "aof_enabled") == "1"};
}

} // namespace tidings::internal
