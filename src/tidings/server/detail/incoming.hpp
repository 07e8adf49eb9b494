// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/headers.hpp>
#include <tidings/http/request_parser.hpp>
#include <tidings/http/response.hpp>

#include <optional>

namespace tidings::detail {

struct route;

/// Who answers a request, as its head has decided.
struct reception
{
    route const* to = nullptr;        ///< null if no route was found, or asked for
    std::optional<response> answer{}; ///< of a check, or of the server itself, in the handler's place
    headers fields{};                 ///< of the answer, whoever gives it
};

/// A request that is being read.
struct incoming
{
    explicit incoming(parser_limits const& limits) : parser(limits) {}

    void reset() noexcept
    {
        parser.reset();
        decided = {};
    }

    request_parser parser;
    reception decided; ///< once the head is complete
};

} // namespace tidings::detail
