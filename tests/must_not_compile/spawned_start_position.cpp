// SPDX-License-Identifier: BSL-1.0
// A start position borrows its id.
// must not compile: a view, std::ref or char const\* would dangle in the task
#include <tidings/hub/following.hpp>
#include <tidings/wait/task_group.hpp>

boost::asio::awaitable<void> read_from(tidings::context ctx, tidings::start_position where);

void handle(tidings::task_group& readers, std::string_view id)
{
    readers.spawn(read_from, tidings::from_id(id));
}
