// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/following.hpp>
#include <tidings/sse/event.hpp>
#include <tidings/sse/event_text.hpp>
#include <tidings/wait/channel.hpp>
#include <tidings/wait/detail/may_dangle.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/core/detail/string_view.hpp>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <exception>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

namespace {

using tidings::detail::may_dangle;
using tidings::detail::owns_what_it_uses;

template <typename... T>
constexpr bool all_may = (may_dangle<T> && ...);
template <typename... T>
constexpr bool none_may = !(may_dangle<T> || ...);

struct settings
{
    std::string name;
    int count;
};

struct reader
{
    using is_borrowing = void;
    int const* position;
};

// Views, by whatever name, characters by pointer, references, and the library's own borrowing types.
static_assert(all_may<std::string_view, std::u8string_view, std::span<int>, std::initializer_list<int>,
                      fmt::string_view, boost::core::string_view, boost::asio::const_buffer,
                      boost::asio::mutable_buffer, char const*, char*, char8_t const*, wchar_t const*,
                      std::reference_wrapper<int>, tidings::event, tidings::start_position, reader>);

// What holds such a value.
static_assert(all_may<std::vector<std::string_view>, std::array<char const*, 2>,
                      std::optional<tidings::event>, std::pair<int, std::string_view>, std::tuple<int&>,
                      std::tuple<std::string_view>, std::map<std::string, std::string_view>,
                      std::variant<int, std::span<int>>, std::vector<std::optional<char const*>>>);

// What owns, and what is a handle.
static_assert(
    none_may<std::string, std::vector<std::string>, std::array<char, 8>, std::map<std::string, int>,
             std::optional<std::string>, std::tuple<int, std::string>, std::variant<int, std::string>,
             std::filesystem::path, std::chrono::seconds, std::exception_ptr, std::unique_ptr<int>,
             std::shared_ptr<std::string>, tidings::event_text, tidings::channel<std::string>,
             std::function<void(std::string_view)>, settings, int, bool, settings*, int const*>);

int plain(int value)
{
    return value;
}
auto const without_captures = [](int value) { return value; };
auto const with_captures = [value = 1] { return value; };
static_assert(owns_what_it_uses<decltype(&plain)>);
static_assert(owns_what_it_uses<decltype(without_captures)>);
static_assert(owns_what_it_uses<decltype(&std::string::size)>);
static_assert(!owns_what_it_uses<decltype(with_captures)>);
static_assert(!owns_what_it_uses<std::function<void()>>);

} // namespace

// The checks are made when this compiles; they say what may be copied into tasks, calls and channels.
TEST_CASE("what may dangle is known by its type")
{
    CHECK(without_captures(1) == with_captures());
    CHECK(plain(1) == 1);
}
