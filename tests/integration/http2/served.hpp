// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/net/tls/tls_context.hpp>
#include <tidings/server/http2/http2.hpp>

#include "support/http_client.hpp"
#include "support/server_fixture.hpp"
#include "support/tls_credentials.hpp"

#include <catch2/generators/catch_generators.hpp>

#include <memory>
#include <utility>

namespace tidings::test {

inline spoken each_way()
{
    return GENERATE(spoken{false, false}, spoken{false, true}, spoken{true, false}, spoken{true, true});
}

inline tidings::server_options speaking(spoken how,
                                        tidings::server_options options = test::server_fixture::brisk())
{
    static auto const shown = make_certificate({.dns = {"localhost"}});
    options.listen = {{.http2 = tidings::http2({.prior_knowledge = true})}};
    if (how.is_tls)
        options.listen.front().tls = std::make_shared<tidings::tls_context>(
            tidings::tls_options{.certificates = {{.chain = shown.chain, .key = shown.key}}});
    return options;
}

/// A server that is spoken to in this way, and a client.
class served : public test::server_fixture
{
public:
    explicit served(spoken by, tidings::server_options options = brisk())
        : server_fixture(speaking(by, std::move(options))), how(by)
    {}

    std::unique_ptr<http_client> client() const { return client_for(how, port()); }

    spoken const how;
};

/// One whose "/" is this.
class served_route : public served
{
public:
    served_route(spoken by, tidings::handler answer, tidings::server_options options = brisk())
        : served(by, std::move(options))
    {
        routes().get("/", std::move(answer));
        start();
    }
};

} // namespace tidings::test
