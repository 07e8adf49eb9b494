// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/tls/detail/openssl.hpp>
#include <tidings/net/tls/detail/ticket_keys.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdexcept>
#include <utility>

namespace tidings::detail {

namespace {

void derive(std::string_view secret, std::string_view use, std::span<unsigned char> into)
{
    std::array<unsigned char, 32> digest{};
    require_openssl(HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
                         reinterpret_cast<unsigned char const*>(use.data()), use.size(), digest.data(),
                         nullptr) != nullptr,
                    "cannot make the key of session tickets");
    std::copy_n(digest.begin(), into.size(), into.begin());
}

} // namespace

ticket_key ticket_key::from(std::string_view secret)
{
    ticket_key made{};
    derive(secret, "tidings session ticket: name", made.name);
    derive(secret, "tidings session ticket: cipher", made.cipher);
    derive(secret, "tidings session ticket: mac", made.mac);
    return made;
}

void ticket_keys::use(std::vector<std::string> const& secrets)
{
    std::vector<dated_key> given;
    for (auto const& each : secrets) {
        if (each.size() < shortest_secret)
            throw std::invalid_argument(
                fmt::format("tidings: tls_options::ticket_secrets must have at least {} bytes each, and one "
                            "has {}; make them at random (openssl rand 48)",
                            shortest_secret, each.size()));
        given.push_back({.key = ticket_key::from(each), .made = {}});
    }
    std::lock_guard const guard(lock_);
    are_given_ = !given.empty();
    keys_ = std::move(given);
}

void ticket_keys::renew(time_point now)
{
    if (are_given_)
        return;
    std::erase_if(keys_, [&](auto const& each) { return now - each.made >= kept_for; });
    if (!keys_.empty() && now - keys_.front().made < sealed_for)
        return;
    std::array<unsigned char, shortest_secret> random{};
    require_openssl(RAND_bytes(random.data(), static_cast<int>(random.size())) == 1,
                    "the system has no random bytes for the key of session tickets");
    std::string_view const secret(reinterpret_cast<char const*>(random.data()), random.size());
    keys_.insert(keys_.begin(), {.key = ticket_key::from(secret), .made = now});
}

ticket_key ticket_keys::newest(time_point now)
{
    std::lock_guard const guard(lock_);
    renew(now);
    return keys_.front().key;
}

std::optional<ticket_keys::found> ticket_keys::find(std::span<unsigned char const, 16> name, time_point now)
{
    std::lock_guard const guard(lock_);
    renew(now);
    auto const at = std::ranges::find_if(
        keys_, [&](auto const& each) { return std::ranges::equal(each.key.name, name); });
    if (at == keys_.end())
        return {};
    return found{.key = at->key, .is_newest = at == keys_.begin()};
}

} // namespace tidings::detail
