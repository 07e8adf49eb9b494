// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::detail {

/// The longest id that a publisher may bring.
inline constexpr std::size_t max_own_id_bytes = 255;

/// Numbers end here, at 2^53 - 1: three centuries of a million events a second. So an id has a longest form,
/// and a number that is read from a file can be told from damage.
inline constexpr std::uint64_t max_event_number = (std::uint64_t(1) << 53) - 1;
inline constexpr std::size_t max_number_digits = 16;

/// A place in an order, and the id of the event there: the order's epoch and a number, `b2k4zq7c1m0f-17`.
struct automatic_id
{
    std::string_view epoch;
    std::uint64_t number = 0;

    std::string text() const;
};

/// The places that an id names: one, or several of a stream whose topics are of several orders, joined by
/// dots (`b2k4zq7c1m0f-17.9fjs0c3l5e2a-3`). Empty when the text has another form, also with a number above
/// the largest.
std::vector<automatic_id> parse_places(std::string_view text);
void append_place(std::string& to, automatic_id const& place);

/// Whether the id is of the form that streams of several topics had before: `orders=b2k4zq7c1m0f-17&…`.
bool is_of_earlier_form(std::string_view id) noexcept;

/// One or more, and nothing else.
bool are_digits(std::string_view text) noexcept;

/// An epoch tells one life of an order from another: 60 random bits as twelve letters and digits.
std::string make_epoch();
inline constexpr std::string_view epoch_digits = "0123456789abcdefghijklmnopqrstuv"; // five bits each
/// What an epoch may consist of.
bool are_letters_and_digits(std::string_view text) noexcept;

/// The epoch in the ids of a store that is one of several says which of them it is, and which all of them
/// are: `b2k4zq7c1m0f_4k2j90qv1`. Without such a mark it is a life alone.
struct epoch_parts
{
    std::string_view life;  ///< what the store calls its epoch
    std::string_view store; ///< `store_mark`
    std::string_view list;  ///< `list_mark`
};
epoch_parts parts_of(std::string_view epoch) noexcept;
inline constexpr char mark_sign = '_';
inline constexpr std::size_t store_mark_size = 5;
inline constexpr std::size_t list_mark_size = 4;

/// Throws `std::invalid_argument`, with a text that says what to do, for an id that a publisher may not bring
/// to a topic of that epoch: one that does not come back through a header as it was, or that looks like one
/// that topics and streams make themselves.
void check_own_id(std::string_view id, std::string_view epoch);

/// How long an id line is at most.
constexpr std::size_t max_id_line_size(std::size_t epoch_size) noexcept
{
    return 4 + epoch_size + 1 + max_number_digits + 1;
}
/// Of a store, which a mark may follow.
inline constexpr std::size_t longest_epoch = 64;

/// The line that gives an event the id of its number: `id: b2k4zq7c1m0f-17\n`.
class id_line
{
public:
    explicit id_line(automatic_id const& of) noexcept;
    std::string_view text() const noexcept { return {text_, size_}; }

private:
    char text_[max_id_line_size(longest_epoch + 1 + store_mark_size + list_mark_size)];
    std::size_t size_;
};

} // namespace tidings::detail
