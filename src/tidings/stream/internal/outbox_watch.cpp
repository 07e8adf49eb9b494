// SPDX-License-Identifier: BSL-1.0
#include <tidings/stream/detail/block_pool.hpp>
#include <tidings/stream/internal/outbox_watch.hpp>

namespace asio = boost::asio;

namespace tidings::internal {

void add_outbox_watch(asio::execution_context& loop, outbox_watch& watch)
{
    asio::use_service<detail::block_pool>(loop).add(watch);
}

void remove_outbox_watch(asio::execution_context& loop, outbox_watch& watch) noexcept
{
    asio::use_service<detail::block_pool>(loop).remove(watch);
}

} // namespace tidings::internal
