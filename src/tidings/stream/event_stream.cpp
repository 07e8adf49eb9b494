// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/response_head.hpp>
#include <tidings/stream/event_stream.hpp>

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace tidings {

// The head

void event_stream::set_status(int status)
{
    check_fresh("set_status");
    if (status < 200 || status > 599)
        throw std::invalid_argument(fmt::format("tidings: {} is no status of a response", status));
    if (!internal::status_allows_body(status) || status == 205)
        throw std::invalid_argument(fmt::format(
            "tidings: an answer with status {} has no body, so it is no stream: use respond(response({}))",
            status, status));
    note_status(status);
}

void event_stream::set_header(std::string name, std::string value)
{
    check_fresh("set_header");
    fields().set(std::move(name), std::move(value));
}

void event_stream::add_header(std::string name, std::string value)
{
    check_fresh("add_header");
    fields().add(std::move(name), std::move(value));
}

event_stream::sending event_stream::open()
{
    require_open("open");
    begin();
    return sent();
}

event_stream::sending event_stream::respond(response answer)
{
    give(std::move(answer));
    return sent();
}

// Events

event_stream::sending event_stream::send(event const& value)
{
    append(value);
    return sent();
}

event_stream::sending event_stream::send(event_text const& text)
{
    append(text);
    return sent();
}

event_stream::sending event_stream::comment(std::string_view text)
{
    append_comment(text);
    return sent();
}

event_stream::sending event_stream::finish(event const& last)
{
    append_finish(last);
    return sent();
}

} // namespace tidings
