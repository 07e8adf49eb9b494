// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct redisReader;

namespace tidings::internal {

/// What an engine has answered, in RESP2.
struct engine_reply
{
    enum class kind
    {
        nothing, ///< nil
        text,
        error,
        number,
        list,
    };
    kind what = kind::nothing;
    std::string text{}; ///< also of an error
    std::int64_t number = 0;
    std::vector<engine_reply> items{};

    bool is_text(std::string_view wanted) const { return what == kind::text && text == wanted; }
};

/// Makes replies of bytes, however they are cut. What an engine says is bounded: by itself the reader of
/// hiredis allocates 8 GB for thirteen bytes.
class reply_reader
{
public:
    struct bounds
    {
        std::size_t bytes = 32 * 1024 * 1024; ///< of a whole reply
        std::size_t items = 8 * 1024;         ///< in all its lists
    };

    reply_reader();
    explicit reply_reader(bounds most);
    ~reply_reader();
    reply_reader(reply_reader const&) = delete;
    reply_reader& operator=(reply_reader const&) = delete;

    /// Adds what was received. Throws `engine_fault` for too much; the reader is of no use then.
    void feed(std::string_view bytes);
    /// The next reply that has come whole. Throws `engine_fault` for what is none, or too large.
    std::optional<engine_reply> next();

private:
    struct free_reader
    {
        void operator()(redisReader* which) const noexcept;
    };

    bounds const most_;
    std::size_t bytes_ = 0; // that no reply was made of
    std::size_t room_;      // for items of the present one
    std::unique_ptr<redisReader, free_reader> reader_;
};

/// Appends a command as the engine reads it.
void append_command(std::string& to, std::vector<std::string_view> const& words);

/// A number that is a text, as those are that Lua could not hold.
std::optional<std::uint64_t> parse_number(std::string_view text);

/// The fields of a line, split at single blanks: all of them, as numbers. False when it has others.
template <std::size_t Count>
bool parse_numbers(std::string_view line, std::uint64_t (&into)[Count])
{
    for (std::size_t i = 0; i < Count; ++i) {
        auto const end = i + 1 < Count ? line.find(' ') : line.size();
        auto const number = end == line.npos ? std::nullopt : parse_number(line.substr(0, end));
        if (!number)
            return false;
        into[i] = *number;
        line.remove_prefix(end + (i + 1 < Count ? 1 : 0));
    }
    return true;
}

} // namespace tidings::internal
