// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

struct evp_pkey_st;

namespace tidings::test {

/// Who signs certificates, and what they are to say.
struct certificate_request
{
    std::vector<std::string> dns{};
    std::vector<std::string> addresses{};
    std::string common_name = "tidings test";
    std::chrono::hours begins{-1}; ///< from now
    std::chrono::hours ends{24};
    bool is_authority = false;
};

/// A certificate and its key, as PEM.
struct made_certificate
{
    std::string chain;
    std::string key;
};

/// Signs itself.
made_certificate make_certificate(certificate_request const& what);
/// Signed by another one.
made_certificate make_certificate(certificate_request const& what, made_certificate const& by);

/// The same key behind a passphrase.
std::string with_passphrase(std::string const& key);

} // namespace tidings::test
