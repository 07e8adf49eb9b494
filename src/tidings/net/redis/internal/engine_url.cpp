// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/redis/internal/engine_encryption.hpp>
#include <tidings/net/redis/internal/engine_url.hpp>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <fmt/format.h>

#include <charconv>
#include <stdexcept>

namespace tidings::internal {

namespace {

constexpr std::size_t max_prefix_bytes = 64;
constexpr unsigned max_database = 1'000'000;

// The URL itself may hold a password, and is never repeated.
[[noreturn]] void refuse(std::string const& why)
{
    throw std::invalid_argument("tidings: the URL of the engine " + why);
}

unsigned parse_database(std::string_view text)
{
    unsigned number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number > max_database)
        refuse(
            fmt::format("names the database \"{}\", which is not a number from 0 to {}", text, max_database));
    return number;
}

std::string parse_prefix(std::string text)
{
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:";
    if (text.empty() || text.size() > max_prefix_bytes ||
        text.find_first_not_of(allowed) != std::string::npos)
        refuse(fmt::format("has a prefix that is not of 1 to {} letters, digits and any of - _ . :",
                           max_prefix_bytes));
    return text;
}

std::string* file_named(std::string_view parameter, engine_url& in)
{
    if (parameter == "ca")
        return &in.ca_file;
    if (parameter == "cert")
        return &in.cert_file;
    return parameter == "key" ? &in.key_file : nullptr;
}

std::string parse_file(std::string_view parameter, std::string path)
{
    if (path.empty() || path.find('\0') != std::string::npos)
        refuse(fmt::format("has a parameter \"{}\" that names no file", parameter));
    return path;
}

void read_host(boost::urls::url_view const& from, engine_url& to)
{
    to.host = from.host_address();
    if (to.host.empty())
        refuse("has no host; write redis://127.0.0.1:6379, or unix:///run/redis.sock");
    if (from.has_port() && !from.port().empty()) {
        to.port = from.port_number();
        if (to.port == 0)
            refuse("has a port that is not a number from 1 to 65535");
    }
    if (std::string const path = from.path(); path.size() > 1)
        to.database = parse_database(std::string_view(path).substr(1));
}

void read_path(boost::urls::url_view const& from, engine_url& to)
{
    to.unix_socket = from.path();
    if (to.unix_socket.size() < 2 || to.unix_socket.find('\0') != std::string::npos ||
        !from.host_address().empty() || from.has_port())
        refuse("has no path of a unix socket; write unix:///run/redis.sock");
}

} // namespace

std::string engine_url::name() const
{
    std::string const where = unix_socket.empty() ? fmt::format("{} port {}", host, port) : unix_socket;
    return fmt::format("{}, database {}, keys {}", where, database, prefix);
}

std::string engine_url::identity() const
{
    std::string const where = unix_socket.empty() ? fmt::format("{}:{}", host, port) : unix_socket;
    return fmt::format("{}/{}/{}", where, database, prefix);
}

engine_url parse_engine_url(std::string_view text)
{
    auto const parsed = boost::urls::parse_uri(text);
    if (!parsed)
        refuse("is not a URL; write redis://127.0.0.1:6379, or unix:///run/redis.sock");
    boost::urls::url_view const& from = *parsed;
    engine_url to;
    to.is_encrypted = from.scheme() == "rediss";
    if (to.is_encrypted && !can_encrypt())
        refuse("asks for an encrypted connection, and this build has no TLS; build it with OpenSSL "
               "(TIDINGS_WITH_TLS=ON), or connect through a tunnel");
    if (to.is_encrypted || from.scheme() == "redis")
        read_host(from, to);
    else if (from.scheme() == "unix")
        read_path(from, to);
    else
        refuse("begins with none of redis://, rediss:// and unix://");
    to.user = from.user();
    to.password = from.password();
    if (!to.user.empty() && to.password.empty())
        refuse("has a user without a password; without a user it is redis://:password@host");
    for (auto const& each : from.params()) {
        if (each.key == "prefix")
            to.prefix = parse_prefix(each.value);
        else if (each.key == "database" && from.scheme() == "unix")
            to.database = parse_database(each.value);
        else if (std::string* const file = to.is_encrypted ? file_named(each.key, to) : nullptr)
            *file = parse_file(each.key, each.value);
        else
            refuse(
                fmt::format("has the parameter \"{}\"; there is prefix, and database with unix://, and ca, "
                            "cert and key with rediss://",
                            each.key));
    }
    if (to.cert_file.empty() != to.key_file.empty())
        refuse(
            "names a certificate without its key, or a key without its certificate; give both cert and key");
    if (from.has_fragment())
        refuse("has a #, which has to be written %23");
    return to;
}

} // namespace tidings::internal
