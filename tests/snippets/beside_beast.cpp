// SPDX-License-Identifier: BSL-1.0
// A server of Beast that lends its connections.
#include <tidings/tidings.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <string>
#include <utility>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;

asio::awaitable<void> serve_page(tidings::server& events, tcp::socket client, std::string already_read);

// [beast]
// Called with what has been accepted, and nothing read.
void lend(tidings::server& events, tcp::socket client, std::string already_read)
{
    events.adopt(std::move(client), std::move(already_read), [&events](tcp::socket back, std::string bytes) {
        auto const on = back.get_executor();
        asio::co_spawn(on, serve_page(events, std::move(back), std::move(bytes)), asio::detached);
    });
}

asio::awaitable<void> serve_page(tidings::server& events, tcp::socket client, std::string already_read)
{
    beast::flat_buffer read;
    read.commit(asio::buffer_copy(read.prepare(already_read.size()), asio::buffer(already_read)));
    http::request<http::string_body> asked;
    co_await http::async_read(client, read, asked, asio::deferred);

    http::response<http::string_body> page(http::status::ok, asked.version());
    page.keep_alive(asked.keep_alive());
    page.body() = "a page of the other server\n";
    page.prepare_payload();
    co_await http::async_write(client, page, asio::deferred);
    if (asked.keep_alive()) // the next request may be for a stream
        lend(events, std::move(client), beast::buffers_to_string(read.data()));
}
// [/beast]
