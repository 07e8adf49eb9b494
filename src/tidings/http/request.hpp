// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/detail/target.hpp>
#include <tidings/internal/access.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidings {

namespace detail {

/// Names a type without RTTI. Its address tells one type from another.
template <typename T>
std::string_view type_name() noexcept
{
    return __PRETTY_FUNCTION__;
}

/// Throws `std::logic_error`: the caller expects a value of another type.
[[noreturn]] void refuse_type(std::string_view expected, std::string_view actual);

} // namespace detail

/// A request as a handler reads it. The server creates it and keeps it until the handler and its tasks have
/// ended; tests create their own:
///
///     auto const request = tidings::request::get("/prices/ACME?since=7").with_header("Last-Event-ID", "7");
///
/// Returned views point into it: they are valid until it is moved, changed or destroyed. Move-only. All
/// short text is kept in one block, because an idle stream holds its request for hours. Several threads may
/// read it at once.
class request
{
public:
    // Construction

    /// Throws `std::invalid_argument` if the method is not a token, the target is malformed, or the version
    /// does not exist.
    request(std::string_view method, std::string_view target, std::string_view version = "HTTP/1.1");

    request(request&&) noexcept = default;
    request& operator=(request&&) noexcept = default;

    [[nodiscard]] static request get(std::string_view target) { return request("GET", target); }
    [[nodiscard]] static request post(std::string_view target, std::string body);

    /// Throws `std::invalid_argument` if this is not a valid header.
    [[nodiscard]] request with_header(std::string_view name, std::string_view value) &&;
    [[nodiscard]] request with_param(std::string_view name, std::string_view value) &&;
    [[nodiscard]] request with_body(std::string body) &&;
    [[nodiscard]] request with_remote_address(std::string_view address) &&;

    // The request line

    [[nodiscard]] std::string_view method() const noexcept { return view({0, method_size_}); }
    /// The request's target as it was sent.
    [[nodiscard]] std::string_view target() const noexcept { return view(target_); }
    /// The target's path, still percent-encoded; "*" in `OPTIONS *`.
    [[nodiscard]] std::string_view path() const noexcept { return path_.size != 0 ? view(path_) : "/"; }
    /// "HTTP/1.0", "HTTP/1.1" or "HTTP/2", with static storage duration.
    [[nodiscard]] std::string_view version() const noexcept { return versions[version_]; }

    /// What matched `{name}` of the route in the path, decoded; empty if the route has no such name. The
    /// client chose it: it may be "..", and contain any character except control characters, including '/'.
    [[nodiscard]] std::string param(std::string_view name) const;

    /// The first value of that name in the query, decoded ('+' is a space); empty if there is none.
    [[nodiscard]] std::string query(std::string_view name) const;
    [[nodiscard]] bool has_query(std::string_view name) const { return !query_all(name).empty(); }
    /// All values of that name, in their order.
    [[nodiscard]] std::vector<std::string> query_all(std::string_view name) const;

    /// The first value of that name in a form, which a page sends as its body with `<form method="post">`.
    /// It is decoded like a query, and a '%' that begins no escape stays. Empty if it is absent, and if the
    /// Content-Type is not application/x-www-form-urlencoded.
    [[nodiscard]] std::string form(std::string_view name) const;
    /// All values of that name, in their order.
    [[nodiscard]] std::vector<std::string> form_all(std::string_view name) const;

    // Headers

    /// The value of the first header of this name, ignoring case; empty if there is none.
    [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
    [[nodiscard]] bool has_header(std::string_view name) const noexcept { return find_header(name); }

    [[nodiscard]] std::size_t header_count() const noexcept { return header_count_; }
    /// Name and value of a header, `i < header_count()`, in the order of arrival.
    [[nodiscard]] std::pair<std::string_view, std::string_view> header_at(std::size_t i) const noexcept;

    /// Whether a list-valued header contains this item in any of its lines, ignoring case.
    [[nodiscard]] bool header_lists(std::string_view name, std::string_view item) const noexcept;

    /// The value of the first cookie of this name (RFC 6265, 5.4), as it was sent, from any of the Cookie
    /// headers: proxies that speak HTTP/2 may split them. Empty if there is none.
    [[nodiscard]] std::string_view cookie(std::string_view name) const noexcept;

    /// Whether the client allows the connection to be kept alive (RFC 9112, 9.3).
    [[nodiscard]] bool keep_alive() const noexcept;

    /// Where an EventSource left off: the header Last-Event-ID, or else `last_event_id`, `lastEventId` or
    /// `evs_last_event_id` in the query, for clients that cannot set headers. An empty value counts as none.
    [[nodiscard]] std::optional<std::string> last_event_id() const;

    // The rest

    [[nodiscard]] std::string const& body() const noexcept { return body_; }

    /// The peer's address without its port, as the server saw or derived it; empty for a Unix socket.
    [[nodiscard]] std::string_view remote_address() const noexcept { return view(remote_address_); }

    // The sender: what checks and middleware know, and pass on to the handler

    /// A name for the user or program that sent the request; empty if none has been set.
    [[nodiscard]] std::string_view principal() const noexcept
    {
        return notes_ ? notes_->principal.c_str() : "";
    }
    /// At most 255 bytes, no control characters, since logs show it; throws `std::invalid_argument`.
    void set_principal(std::string name);

    /// Until when the sender may have what it asked for; `max()` if that has not been set.
    [[nodiscard]] std::chrono::system_clock::time_point valid_until() const noexcept
    {
        return notes_ ? notes_->valid_until : std::chrono::system_clock::time_point::max();
    }
    /// At this instant, `exp` of a token for example, the stream ends and its client reconnects, so that your
    /// check can refuse it; a handler's context ends with `deadline_exceeded`. See `server::renew` and
    /// `route_options::expiry_notice`. Counted from the begin of the handler: a clock that is set later
    /// changes nothing.
    void set_valid_until(std::chrono::system_clock::time_point instant) { noted().valid_until = instant; }

    /// The attached value; null if there is none. Throws `std::logic_error` with the names of both types if
    /// the value has another type.
    template <typename T>
    [[nodiscard]] T const* value() const
    {
        if (notes_ && notes_->type && notes_->type != &detail::type_name<T>)
            detail::refuse_type(detail::type_name<T>(), notes_->type());
        return notes_ ? static_cast<T const*>(notes_->value.get()) : nullptr;
    }
    /// Replaces an earlier value. The request owns it: both are destroyed together, on the request's loop.
    template <typename T>
    void set_value(T value)
    {
        noted().value = std::make_shared<T const>(std::move(value));
        noted().type = &detail::type_name<T>;
    }

private:
    friend internal::access;

    static constexpr std::array<std::string_view, 3> versions{"HTTP/1.0", "HTTP/1.1", "HTTP/2"};

    struct slice
    {
        std::uint32_t begin = 0;
        std::uint32_t size = 0;
    };

    struct field
    {
        slice name;
        slice value;
    };

    /// What checks and middleware have found out.
    struct notes
    {
        std::string principal;
        std::shared_ptr<void const> value;
        std::string_view (*type)() noexcept = nullptr; // of the value
        std::chrono::system_clock::time_point valid_until = std::chrono::system_clock::time_point::max();
    };

    /// `parts` are those of `target`, which has been checked. `text_size` is how much text to make room for:
    /// the target, all headers.
    request(std::string_view method, std::string_view target, detail::target_parts const& parts,
            std::string_view version, std::size_t text_size, std::size_t header_count);

    /// Name and value are valid already.
    void add_header(std::string_view name, std::string_view value);
    void add_param(std::string_view name, std::string_view value);
    void set_body(std::string body) noexcept { body_ = std::move(body); }
    void set_remote_address(std::string_view address) { remote_address_ = store(address); }

    [[nodiscard]] std::string_view view(slice s) const noexcept
    {
        return std::string_view(text_).substr(s.begin, s.size);
    }
    slice store(std::string_view text);
    notes& noted();
    field const* find_header(std::string_view name) const noexcept;

    std::string text_;
    std::vector<field> fields_; // headers, then params
    std::string body_;
    std::unique_ptr<notes> notes_; // null as long as nothing was noted
    std::uint32_t header_count_ : 30 = 0;
    std::uint32_t version_ : 2;
    std::uint32_t method_size_ = 0; // the text begins with it
    slice target_;
    slice path_;
    slice query_;
    slice remote_address_;
};

} // namespace tidings
