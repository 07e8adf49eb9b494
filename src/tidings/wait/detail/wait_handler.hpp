// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace tidings::detail {

/// Holds the completion handler of one wait in place, without an allocation. Empty, or set once.
template <typename Result>
class wait_handler
{
public:
    wait_handler() = default;
    wait_handler(wait_handler&& other) noexcept : table_(std::exchange(other.table_, nullptr))
    {
        if (table_)
            table_->move(storage_, other.storage_);
    }
    wait_handler& operator=(wait_handler&&) = delete;
    ~wait_handler() { discard(); }

    template <typename Handler>
    void emplace(Handler&& handler)
    {
        using stored = std::decay_t<Handler>;
        static_assert(sizeof(stored) <= sizeof(storage_) && alignof(stored) <= alignof(void*) &&
                          std::is_nothrow_move_constructible_v<stored>,
                      "await a tidings wait directly in a boost::asio::awaitable: co_await ticker.tick(ctx)");
        new (storage_) stored(std::forward<Handler>(handler));
        table_ = &table_of<stored>;
    }

    /// Takes the handler out before it is called: the call may destroy this object.
    void invoke(Result&& result) { std::exchange(table_, nullptr)->invoke(storage_, std::move(result)); }

    /// Destroys the handler, and with it the coroutine that it would have resumed.
    void discard() noexcept
    {
        if (table_)
            std::exchange(table_, nullptr)->discard(storage_);
    }

    boost::asio::any_io_executor executor() const { return table_->executor(storage_); }

private:
    struct table
    {
        void (*invoke)(std::byte*, Result&&);
        void (*move)(std::byte*, std::byte*) noexcept;
        void (*discard)(std::byte*) noexcept;
        boost::asio::any_io_executor (*executor)(std::byte const*);
    };

    template <typename Stored>
    static Stored take(std::byte* storage) noexcept
    {
        Stored* const handler = std::launder(reinterpret_cast<Stored*>(storage));
        Stored taken(std::move(*handler));
        std::destroy_at(handler);
        return taken;
    }

    template <typename Stored>
    static constexpr table table_of{
        [](std::byte* storage, Result&& result) { take<Stored>(storage)(std::move(result)); },
        [](std::byte* to, std::byte* from) noexcept { new (to) Stored(take<Stored>(from)); },
        [](std::byte* storage) noexcept { take<Stored>(storage); },
        [](std::byte const* storage) -> boost::asio::any_io_executor {
            return boost::asio::get_associated_executor(
                *std::launder(reinterpret_cast<Stored const*>(storage)));
        },
    };

    table const* table_ = nullptr;
    alignas(void*) std::byte storage_[2 * sizeof(void*)];
};

} // namespace tidings::detail
