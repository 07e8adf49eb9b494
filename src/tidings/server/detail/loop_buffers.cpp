// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/loop_buffers.hpp>

namespace tidings::detail {

loop_buffers::loop_buffers(boost::asio::execution_context& loop, buffer_budget& sum)
    : outbox_blocks_(boost::asio::use_service<internal::block_pool>(loop)), sum_(sum)
{
    outbox_blocks_.add(*this);
}

loop_buffers::~loop_buffers()
{
    outbox_blocks_.remove(*this);
    sum_.held -= told_;
}

void loop_buffers::on_outboxes(std::size_t bytes)
{
    outboxes_ = bytes;
    tell();
}

void loop_buffers::tell()
{
    std::size_t const before = told_;
    told_input_ = input_;
    told_ = input_ + outboxes_;
    sum_.held += told_ - before;
    if (told_ > before && on_excess && sum_.excess() != 0)
        on_excess();
    if (on_step)
        on_step();
}

} // namespace tidings::detail
