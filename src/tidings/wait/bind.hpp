// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/context.hpp>
#include <tidings/wait/detail/operation.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associator.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <atomic>
#include <memory>
#include <type_traits>
#include <utility>

namespace tidings {

/// A completion token that ends its operation with a context; see `bind`.
template <typename Token>
struct bound_token
{
    context until;
    Token token;
};

/// Makes any Asio operation end with a context: `co_await timer.async_wait(bind(ctx, asio::deferred))`. When
/// the context ends, the operation gets terminal cancellation, and usually completes with
/// `operation_aborted`. An operation that is started after the end is canceled at once. The context may end
/// on any thread: the cancellation is emitted on the operation's executor.
template <typename Token>
[[nodiscard]] auto bind(context const& until, Token&& token)
{
    internal::access::state(until).check_wait();
    return bound_token<std::decay_t<Token>>{until, std::forward<Token>(token)};
}

namespace detail {

/// Emits terminal cancellation for one Asio operation, on its executor, when a context ends; passes on what
/// comes from the coroutine's own cancellation slot.
class context_link final : operation, public std::enable_shared_from_this<context_link>
{
public:
    context_link(context until, boost::asio::any_io_executor executor, boost::asio::cancellation_slot outer);
    ~context_link();

    boost::asio::cancellation_slot slot() noexcept { return signal_.slot(); }

    /// Starts watching. The operation has been initiated, and may have completed already.
    void watch();

    /// The operation has completed.
    void release() noexcept;

private:
    void run() override;
    void post_completion() override;
    void abandon() noexcept override {}

    context until_;
    boost::asio::any_io_executor executor_;
    boost::asio::cancellation_slot outer_;
    boost::asio::cancellation_signal signal_;
    wait_node node_;
    std::atomic<bool> is_released_{false};
};

/// The handler of a bound operation: unlinks from the context, then goes on as the original one.
template <typename Handler>
struct bound_handler
{
    std::shared_ptr<context_link> link;
    Handler handler;

    template <typename... Results>
    void operator()(Results&&... results)
    {
        link->release();
        std::move(handler)(std::forward<Results>(results)...);
    }
};

} // namespace detail
} // namespace tidings

template <typename Token, typename... Signatures>
struct boost::asio::async_result<tidings::bound_token<Token>, Signatures...>
{
    template <typename Initiation, typename... Arguments>
    static auto initiate(Initiation&& initiation, tidings::bound_token<Token> bound, Arguments&&... arguments)
    {
        return async_initiate<Token, Signatures...>(
            [until = std::move(bound.until)](auto handler, auto&& initiate, auto&&... rest) {
                auto executor = get_associated_executor(handler, until.get_executor());
                auto link = std::make_shared<tidings::detail::context_link>(
                    until, std::move(executor), get_associated_cancellation_slot(handler));
                auto const slot = link->slot();
                tidings::detail::bound_handler<decltype(handler)> bound_to_link{link, std::move(handler)};
                std::forward<decltype(initiate)>(initiate)(
                    bind_cancellation_slot(slot, std::move(bound_to_link)),
                    std::forward<decltype(rest)>(rest)...);
                link->watch();
            },
            bound.token, std::forward<Initiation>(initiation), std::forward<Arguments>(arguments)...);
    }
};

template <template <typename, typename> class Associator, typename Handler, typename Default>
struct boost::asio::associator<Associator, tidings::detail::bound_handler<Handler>, Default>
    : Associator<Handler, Default>
{
    static auto get(tidings::detail::bound_handler<Handler> const& bound) noexcept
    {
        return Associator<Handler, Default>::get(bound.handler);
    }
    static auto get(tidings::detail::bound_handler<Handler> const& bound, Default const& otherwise) noexcept
    {
        return Associator<Handler, Default>::get(bound.handler, otherwise);
    }
};
