// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/context.hpp>
#include <tidings/wait/detail/context_link.hpp>

#include <boost/asio/associator.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>

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

/// Makes any Asio operation end with a context: `co_await timer.async_wait(bind(ctx, asio::deferred))`. The
/// operation gets terminal cancellation when the context ends, and completes as it does then, as a rule with
/// `operation_aborted`. An operation that is started after the end is cancelled at once.
template <typename Token>
[[nodiscard]] auto bind(context const& until, Token&& token)
{
    internal::access::state(until).check_wait();
    return bound_token<std::decay_t<Token>>{until, std::forward<Token>(token)};
}

namespace detail {

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

template <typename Token, typename... Signatures>
struct bound_initiation
{
    template <typename Initiation, typename... Arguments>
    static auto start(Initiation&& initiation, bound_token<Token> bound, Arguments&&... arguments)
    {
        return boost::asio::async_initiate<Token, Signatures...>(
            [until = std::move(bound.until)](auto handler, auto&& initiate, auto&&... rest) {
                auto executor = boost::asio::get_associated_executor(handler, until.get_executor());
                auto link = std::make_shared<context_link>(
                    until, std::move(executor), boost::asio::get_associated_cancellation_slot(handler));
                auto const slot = link->slot();
                using handler_type = std::decay_t<decltype(handler)>;
                std::forward<decltype(initiate)>(initiate)(
                    boost::asio::bind_cancellation_slot(
                        slot, bound_handler<handler_type>{link, std::move(handler)}),
                    std::forward<decltype(rest)>(rest)...);
                link->watch();
            },
            bound.token, std::forward<Initiation>(initiation), std::forward<Arguments>(arguments)...);
    }
};

} // namespace detail
} // namespace tidings

template <typename Token, typename... Signatures>
struct boost::asio::async_result<tidings::bound_token<Token>, Signatures...>
{
    template <typename Initiation, typename Bound, typename... Arguments>
    static auto initiate(Initiation&& initiation, Bound&& bound, Arguments&&... arguments)
    {
        return tidings::detail::bound_initiation<Token, Signatures...>::start(
            std::forward<Initiation>(initiation), std::forward<Bound>(bound),
            std::forward<Arguments>(arguments)...);
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
