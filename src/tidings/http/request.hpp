// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/detail/target.hpp>
#include <tidings/internal/access.hpp>

#include <array>
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

/// Throws `std::logic_error`: who reads a value expects another type than it has.
[[noreturn]] void refuse_type(std::string_view expected, std::string_view actual);

} // namespace detail

/// A request as a handler reads it. The server makes it and keeps it until the handler and its tasks are
/// done; tests make their own:
///
///     auto const request = tidings::request::get("/prices/ACME?since=7").with_header("Last-Event-ID", "7");
///
/// Views that it returns point into it: they live until it is moved, changed or destroyed. Move-only. All
/// short text is kept in one block, because an idle stream holds its request for hours. Several threads may
/// read it at once.
class request
{
public:
    // Construction

    /// Throws `std::invalid_argument` if the method is no token, the target is malformed, or there is no such
    /// version.
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
    /// As it was sent.
    [[nodiscard]] std::string_view target() const noexcept { return view(target_); }
    /// The target's path, still percent-encoded; "*" in `OPTIONS *`.
    [[nodiscard]] std::string_view path() const noexcept { return path_.size != 0 ? view(path_) : "/"; }
    /// "HTTP/1.0", "HTTP/1.1" or "HTTP/2", of static storage.
    [[nodiscard]] std::string_view version() const noexcept { return versions[version_]; }

    /// What stood in the path at `{name}` of the route, decoded; empty if the route has no such name. The
    /// client chose it: it may be "..", and have any character, '/' too, but no control characters.
    [[nodiscard]] std::string param(std::string_view name) const;

    /// The first value of that name in the query, decoded ('+' is a space); empty if it is absent.
    [[nodiscard]] std::string query(std::string_view name) const;
    [[nodiscard]] bool has_query(std::string_view name) const { return !query_all(name).empty(); }
    /// All values of that name, in their order.
    [[nodiscard]] std::vector<std::string> query_all(std::string_view name) const;

    /// The first value of that name in the form that the body is, decoded as a query; empty if it is absent,
    /// and where the Content-Type is not application/x-www-form-urlencoded, as that of a `<form>` with
    /// `method="post"` is.
    [[nodiscard]] std::string form(std::string_view name) const;
    /// All values of that name, in their order.
    [[nodiscard]] std::vector<std::string> form_all(std::string_view name) const;

    // Headers

    /// The value of the first header of this name, whatever its case; empty if it is absent.
    [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
    [[nodiscard]] bool has_header(std::string_view name) const noexcept { return find_header(name); }

    [[nodiscard]] std::size_t header_count() const noexcept { return header_count_; }
    /// Name and value of a header, `i < header_count()`, in the order of arrival.
    [[nodiscard]] std::pair<std::string_view, std::string_view> header_at(std::size_t i) const noexcept;

    /// Whether an item of a list-valued header, in all lines of it, is this one, whatever its case.
    [[nodiscard]] bool header_lists(std::string_view name, std::string_view item) const noexcept;

    /// The value of the first cookie of this name (RFC 6265, 5.4), as it was sent, in whichever of the Cookie
    /// headers it stands: proxies that speak HTTP/2 may split them. Empty if there is none.
    [[nodiscard]] std::string_view cookie(std::string_view name) const noexcept;

    /// Whether the client lets the connection live on (RFC 9112, 9.3).
    [[nodiscard]] bool keep_alive() const noexcept;

    /// Where an EventSource left off: the header Last-Event-ID, or else the query's `last_event_id`,
    /// `lastEventId` or `evs_last_event_id`, which clients that cannot set headers use. An empty one counts
    /// as absent.
    [[nodiscard]] std::optional<std::string> last_event_id() const;

    // The rest

    [[nodiscard]] std::string const& body() const noexcept { return body_; }

    /// The peer's address without its port, as the server saw or derived it; empty on a unix socket.
    [[nodiscard]] std::string_view remote_address() const noexcept { return view(remote_address_); }

    // Who asks: what checks and middleware know, and pass on to the handler

    /// A name for whoever asks; empty where nobody has said.
    [[nodiscard]] std::string_view principal() const noexcept
    {
        return notes_ ? notes_->principal.c_str() : "";
    }
    /// At most 255 bytes without control characters, since it stands in logs; throws `std::invalid_argument`.
    void set_principal(std::string name);

    /// The value that was attached; null where none was. Throws `std::logic_error`, whose text names both
    /// types, where it is one of another type.
    template <typename T>
    [[nodiscard]] T const* value() const
    {
        if (notes_ && notes_->type && notes_->type != &detail::type_name<T>)
            detail::refuse_type(detail::type_name<T>(), notes_->type());
        return notes_ ? static_cast<T const*>(notes_->value.get()) : nullptr;
    }
    /// In place of an earlier one. The request owns it: it is destroyed with it, on its loop.
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
