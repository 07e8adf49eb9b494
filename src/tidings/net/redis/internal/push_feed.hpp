// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/net/redis/internal/resp.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidings::internal {

/// What is asked of the engine to be pushed, and what it pushes. Pure, for one connection.
class push_feed
{
public:
    /// To be let in; before anything else.
    void authenticate(std::vector<std::string_view> const& words);
    /// In as many commands as it takes.
    void subscribe(std::vector<std::string> const& channels);
    void unsubscribe(std::string_view channel);
    /// Channels that were asked for, and that the engine has not confirmed.
    std::size_t unconfirmed() const noexcept { return unconfirmed_; }

    void receive(std::string_view bytes) { reader_.feed(bytes); }
    struct heard
    {
        std::string channel;
        std::optional<std::string> message; ///< empty: the channel is confirmed
    };
    /// Throws `engine_fault` for what is no push.
    std::optional<heard> next();

    std::string take_output() { return std::exchange(output_, {}); }

private:
    void append(std::string_view command, std::vector<std::string_view>& channels);

    reply_reader reader_;
    std::string output_;
    bool is_authenticating_ = false;
    std::size_t unconfirmed_ = 0;
};

} // namespace tidings::internal
