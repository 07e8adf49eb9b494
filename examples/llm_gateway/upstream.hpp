// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/time.hpp>
#include <tidings/sse/event_parser.hpp>
#include <tidings/wait/context.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gateway {

/// The server of the model. It speaks OpenAI's API over plain HTTP, as llama.cpp, vLLM and Ollama do.
struct upstream
{
    boost::asio::ip::tcp::endpoint address;
    tidings::duration deadline; ///< for an answer, from the request to its end
};

/// An answer of the upstream, read as it comes. It owns the connection: the upstream sees its end when the
/// answer is destroyed. Every wait ends with its context. What goes wrong is thrown as a `failure`.
class upstream_answer
{
public:
    struct connection;

    explicit upstream_answer(std::unique_ptr<connection> from) noexcept;
    upstream_answer(upstream_answer&&) noexcept;
    ~upstream_answer();

    [[nodiscard]] int status() const;
    [[nodiscard]] bool is_stream() const;
    /// Empty if the upstream sent none.
    [[nodiscard]] std::string retry_after() const;

    /// The next event of a stream; empty when the stream has come to its proper end.
    boost::asio::awaitable<std::optional<tidings::received_event>> next_event(tidings::context ctx);

    /// The body of an answer that is no stream.
    boost::asio::awaitable<std::string> read_all(tidings::context ctx);

private:
    boost::asio::awaitable<std::string> read_some(tidings::context ctx);

    std::unique_ptr<connection> from_;
};

/// Asks the upstream for a completion, and comes back with the head of its answer. `authorization` is the
/// header of that name, or empty.
boost::asio::awaitable<upstream_answer> ask(upstream const& model, tidings::context ctx,
                                            std::string_view authorization, std::string_view body);

} // namespace gateway
