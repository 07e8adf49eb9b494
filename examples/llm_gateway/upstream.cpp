// SPDX-License-Identifier: BSL-1.0
#include "upstream.hpp"

#include <tidings/wait/bind.hpp>

#include "failure.hpp"

#include <boost/asio/deferred.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/none.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <utility>

namespace gateway {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

struct upstream_answer::connection
{
    explicit connection(asio::any_io_executor const& executor) : socket(executor) {}

    tcp::socket socket;
    boost::beast::flat_buffer received;
    http::response_parser<http::string_body> answer;
    tidings::event_parser events;
    std::string text; // of the body, which the parser of events has not taken yet
    std::string_view rest;
};

namespace {

constexpr std::size_t largest_answer = 16 * 1024 * 1024;

/// Throws the failure that an error of Asio stands for.
void check(boost::system::error_code error, tidings::context const& ctx)
{
    if (!error)
        return;
    if (ctx.reason() == tidings::end_reason::deadline_exceeded)
        throw failure(504, "the model did not answer in time");
    if (ctx.reason() == tidings::end_reason::server_stopping)
        throw failure(503, "the gateway is about to restart, please try again", "1");
    throw failure(502, fmt::format("the connection to the model was lost: {}", error.message()));
}

http::request<http::string_body> make_request(upstream const& model, std::string_view authorization,
                                              std::string_view body)
{
    http::request<http::string_body> request(http::verb::post, "/v1/chat/completions", 11);
    request.set(http::field::host,
                fmt::format("{}:{}", model.address.address().to_string(), model.address.port()));
    request.set(http::field::content_type, "application/json");
    if (!authorization.empty())
        request.set(http::field::authorization, authorization);
    request.body() = body;
    request.prepare_payload();
    return request;
}

} // namespace

upstream_answer::upstream_answer(std::unique_ptr<connection> from) noexcept : from_(std::move(from)) {}
upstream_answer::upstream_answer(upstream_answer&&) noexcept = default;
upstream_answer::~upstream_answer() = default;

int upstream_answer::status() const
{
    return static_cast<int>(from_->answer.get().result_int());
}

bool upstream_answer::is_stream() const
{
    return from_->answer.get()[http::field::content_type].starts_with("text/event-stream");
}

std::string upstream_answer::retry_after() const
{
    return std::string(from_->answer.get()[http::field::retry_after]);
}

asio::awaitable<std::optional<tidings::received_event>> upstream_answer::next_event(tidings::context ctx)
{
    for (;;) {
        auto event = from_->events.next(from_->rest);
        if (event || from_->answer.is_done())
            co_return event;
        if (from_->events.is_over_limit())
            throw failure(502, "the model sent an event that is too large");
        from_->text = co_await read_some(ctx);
        from_->rest = from_->text;
    }
}

asio::awaitable<std::string> upstream_answer::read_all(tidings::context ctx)
{
    std::string body;
    while (!from_->answer.is_done()) {
        body += co_await read_some(ctx);
        if (body.size() > largest_answer)
            throw failure(502, "the model's answer is too large");
    }
    co_return body;
}

asio::awaitable<std::string> upstream_answer::read_some(tidings::context ctx)
{
    boost::system::error_code error;
    co_await http::async_read_some(from_->socket, from_->received, from_->answer,
                                   tidings::bind(ctx, asio::redirect_error(asio::deferred, error)));
    check(error, ctx);
    co_return std::exchange(from_->answer.get().body(), {});
}

asio::awaitable<upstream_answer> ask(upstream const& model, tidings::context ctx,
                                     std::string_view authorization, std::string_view body)
{
    auto to = std::make_unique<upstream_answer::connection>(ctx.get_executor());
    boost::system::error_code error;
    co_await to->socket.async_connect(model.address,
                                      tidings::bind(ctx, asio::redirect_error(asio::deferred, error)));
    check(error, ctx);
    auto const request = make_request(model, authorization, body);
    co_await http::async_write(to->socket, request,
                               tidings::bind(ctx, asio::redirect_error(asio::deferred, error)));
    check(error, ctx);
    to->answer.body_limit(boost::none); // a stream may be long; each part of it is taken as it comes
    co_await http::async_read_header(to->socket, to->received, to->answer,
                                     tidings::bind(ctx, asio::redirect_error(asio::deferred, error)));
    check(error, ctx);
    co_return upstream_answer(std::move(to));
}

} // namespace gateway
