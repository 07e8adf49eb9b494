// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/time.hpp>

#include <array>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::detail {

/// What one session ticket is sealed with.
struct ticket_key
{
    std::array<unsigned char, 16> name; ///< stands in the ticket, as it is
    std::array<unsigned char, 32> cipher;
    std::array<unsigned char, 32> mac;

    /// The same secret makes the same key on each node.
    static ticket_key from(std::string_view secret);
};

/// The keys of session tickets: given ones, or random ones that are replaced by time. From any thread.
class ticket_keys
{
public:
    static constexpr duration sealed_for = std::chrono::hours(12); ///< with one random key
    static constexpr duration kept_for = std::chrono::hours(24);
    static constexpr std::size_t shortest_secret = 32;

    /// From now on these, newest first; of none, random ones. Throws `std::invalid_argument` when one is too
    /// short, and changes nothing then.
    void use(std::vector<std::string> const& secrets);

    ticket_key newest(time_point now);

    struct found
    {
        ticket_key key;
        bool is_newest;
    };
    /// That a ticket was sealed with, if it is still known.
    std::optional<found> find(std::span<unsigned char const, 16> name, time_point now);

private:
    struct dated_key
    {
        ticket_key key;
        time_point made;
    };

    void renew(time_point now);

    std::mutex lock_;
    bool are_given_ = false;
    std::vector<dated_key> keys_; // newest first
};

} // namespace tidings::detail
