// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/server/server_options.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace hub {

/// What the command line says.
struct options
{
    tidings::endpoint listen{};
    std::uint16_t tls_port = 0; // on the same host; 0: none
    std::vector<std::string> tls_certs{};
    std::vector<std::string> tls_keys{}; // as many, in the same order
    std::string client_ca{};
    std::optional<std::uint16_t> admin_port{}; // on this machine alone
    std::string admin_token{};
    bool http2_prior_knowledge = false; // on the plain port
    bool compress = false;
    bool stale_event = false;
    bool probe = false;
    tidings::server_options server{};
    std::size_t history = 1'000;
    std::size_t max_queue = 1024 * 1024;
    tidings::duration topic_idle = std::chrono::minutes(10);
    std::string log_folder{};
    std::string upgrade_socket{};
    std::vector<std::string> engines{}; // URLs
    std::size_t replicated = 0;
    bool synced = false;
    std::string log_lines{}; // "text" or "json"; empty: warnings and errors alone
    std::vector<std::string> origins{};
    std::vector<std::string> hosts{}; // that are served besides those of this machine and its network

    /// Whether the hub can be reached from this machine alone.
    bool is_local() const { return listen.host.starts_with("127.") || listen.host == "::1"; }
};

/// The command line cannot be followed; the text says why.
struct usage_error : std::runtime_error
{
    using std::runtime_error::runtime_error;
};

/// Throws `usage_error`.
options parse_options(std::vector<std::string> const& arguments);

extern char const* const usage;

} // namespace hub
