// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/event_stream.hpp>
#include <tidings/stream/internal/event_writer.hpp>

#include "support/scripted_transport.hpp"

#include <utility>

namespace tidings::test {

/// A stream to a client that takes everything.
struct willing_client
{
    explicit willing_client(context const& ctx, request of = request::get("/"))
        : asked(std::move(of)), body(ctx, connection, options), out(ctx, body, asked)
    {
        connection.wanted = internal::framing::chunked;
        connection.keeps = false;
    }

    request asked;
    internal::writer_options options;
    scripted_transport connection;
    internal::event_writer body;
    event_stream out;
};

} // namespace tidings::test
