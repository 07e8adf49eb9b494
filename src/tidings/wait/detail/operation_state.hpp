// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/detail/may_dangle.hpp>
#include <tidings/wait/internal/pull_source.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/system/error_code.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace tidings::detail {

/// See `tidings::operation`.
template <typename R>
struct operation_result
{
    boost::system::error_code error;
    R value;
};
template <>
struct operation_result<void>
{
    boost::system::error_code error;
};

std::type_identity<void> value_of_completion(void (*)(boost::system::error_code));
template <typename R>
std::type_identity<std::decay_t<R>> value_of_completion(void (*)(boost::system::error_code, R));

/// What the operation that `Function` returns completes with, beside an error.
template <typename Function, typename... Owned>
using operation_value = decltype(value_of_completion(
    static_cast<boost::asio::completion_signature_of_t<std::invoke_result_t<Function&, Owned&...>>*>(
        nullptr)));

/// The same, and refuses what would refer to the caller's variables.
template <typename Function, typename... Owned>
consteval auto check_operation()
{
    static_assert(owns_what_it_uses<Function>,
                  "operation: a capturing lambda would dangle; pass what it captures as arguments");
    static_assert(
        !(may_dangle<Owned> || ...),
        "operation: a view, std::ref or char const* would dangle; pass a value, such as std::string");
    constexpr bool is_operation = requires { typename operation_value<Function, Owned...>; };
    static_assert(
        is_operation,
        "operation: the function is called as f(owned&...) and returns an operation of Asio that has "
        "not begun, made with asio::deferred, which brings an error_code and at most one value");
    if constexpr (is_operation)
        return operation_value<Function, Owned...>();
    else
        return std::type_identity<void>();
}

/// What is under way, or what it has come back with, and what it works on. It lives as long as its
/// `tidings::operation`, and as the operation of Asio, whose handler holds it too.
template <typename R, typename... Owned>
class operation_state final : public internal::pull_source<operation_result<R>>,
                              public std::enable_shared_from_this<operation_state<R, Owned...>>
{
public:
    using result = operation_result<R>;

    template <typename Function, typename... Arguments>
    operation_state(boost::asio::any_io_executor executor, Function function, Arguments&&... arguments)
        : owned(std::forward<Arguments>(arguments)...), executor_(std::move(executor)),
          start_([function](operation_state& self) {
              std::apply(function, self.owned)(self.make_handler());
          }) // which is small enough for a std::function
    {}

    bool is_spent() const noexcept override { return false; }

    /// Starts, unless it is under way, or its result has not been taken yet.
    void begin()
    {
        if (is_under_way_ || result_ || this->has_returned())
            return;
        is_under_way_ = true;
        try {
            start_(*this);
        } catch (...) {
            is_under_way_ = false;
            throw;
        }
    }

    /// Nobody will look here any more.
    void abandon()
    {
        this->end_waits();
        if (is_under_way_)
            cancellation_.emit(boost::asio::cancellation_type::terminal);
    }

    std::tuple<Owned...> owned;

private:
    auto make_handler()
    {
        auto complete = [self = this->shared_from_this()](boost::system::error_code error, auto... value) {
            self->is_under_way_ = false;
            self->result_.emplace(result{error, std::move(value)...});
            self->notify();
        };
        return boost::asio::bind_cancellation_slot(
            cancellation_.slot(), boost::asio::bind_executor(executor_, std::move(complete)));
    }

    readiness fetch(std::optional<result>& into) override
    {
        if (!result_)
            return readiness::pending;
        into = std::exchange(result_, std::nullopt);
        return readiness::ready;
    }

    boost::asio::any_io_executor executor_;
    std::function<void(operation_state&)> start_;
    boost::asio::cancellation_signal cancellation_;
    std::optional<result> result_;
    bool is_under_way_ = false;
};

/// Waits for a result. A look begins when its cases are made: what the start throws comes out of `select`.
template <typename R, typename... Owned>
class operation_case : public pull_case<operation_result<R>>
{
public:
    static constexpr bool needs_name = true;

    explicit operation_case(internal::pull_source<operation_result<R>>* source)
        : pull_case<operation_result<R>>(source)
    {
        static_cast<operation_state<R, Owned...>*>(source)->begin();
    }
};

} // namespace tidings::detail
