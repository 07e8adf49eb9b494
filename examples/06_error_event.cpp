// SPDX-License-Identifier: BSL-1.0
// An error after the head: the status is gone, so the error becomes an event. C++ has no co_await in a catch
// block, so the catch block keeps the text and the code behind it sends.
#include <tidings/tidings.hpp>

#include "example.hpp"

#include <boost/asio/awaitable.hpp>

#include <fmt/format.h>

#include <stdexcept>
#include <string>

std::string import_row(int row)
{
    if (row == 3)
        throw std::runtime_error("row 3: the date is missing");
    return fmt::format("row {}", row);
}

// [handler]
boost::asio::awaitable<void> import_rows(tidings::context, tidings::event_stream& out)
{
    std::string failure;
    try {
        for (int row = 1; row <= 5; ++row)
            co_await out.send({.type = "imported", .data = import_row(row)});
    } catch (std::exception const& error) {
        failure = error.what();
    }
    if (failure.empty())
        co_await out.finish({.type = "done", .data = "all rows"});
    else
        co_await out.finish({.type = "failure", .data = failure}); // for good: the client does not come back
}
// [/handler]

int main(int argc, char** argv)
{
    tidings::server server({.port = example::port(argc, argv)});
    server.get("/", import_rows);
    example::run(server);
}
