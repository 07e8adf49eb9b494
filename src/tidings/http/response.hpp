// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/detail/set_cookie.hpp>
#include <tidings/http/headers.hpp>
#include <tidings/internal/access.hpp>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace tidings {

class request;

/// A complete response: status, headers, and a body that is text or a file. A value type with constructors,
/// so that it can be built inside a `co_await` or `co_return` expression. Not thread-safe.
///
///     co_return tidings::response::json(text, 201).with_header("Location", "/builds/7");
class response
{
public:
    /// A response without a body. Statuses are 200 to 599; throws `std::invalid_argument` for others.
    explicit response(int status);

    /// `text/plain` in UTF-8. This and the next two throw `std::invalid_argument` if there is text and the
    /// status forbids a body (204, 304).
    [[nodiscard]] static response text(std::string text, int status = 200);

    /// `application/json`; the text is sent as it is.
    [[nodiscard]] static response json(std::string text, int status = 200);

    [[nodiscard]] static response bytes(std::string bytes, std::string content_type, int status = 200);

    /// Sends the client on to another page, with 303, as after a POST, or with 301, 302, 307 or 308.
    /// `location` is a URL or a path, percent-encoded. Throws `std::invalid_argument` for anything else, for
    /// an empty one, and for another status. If a client chose the location, it can lead to any site.
    [[nodiscard]] static response redirect(std::string location, int status = 303);

    /// A file that the server streams from disk when it answers; this call does not touch it. One that is
    /// missing then, or is no regular file, becomes a 404; one that may not be read 403, one for which there
    /// are no descriptors 503, any other failure 500, and these three are logged. The content type is guessed
    /// by the extension if none is given. The size is taken when the answer begins: what the file grows by is
    /// not sent, and one that shrinks ends the connection early, so that the client does not take half a file
    /// for a whole one. GET and HEAD get Last-Modified and an ETag, which is made of the size and of the
    /// times of modification and status change, and so changes with the file; and 304 if the client has the
    /// file already. Either header is the application's if it has set it.
    ///
    /// `path` must be the application's own: use `file_below` for a path that a client can influence.
    [[nodiscard]] static response file(std::filesystem::path path, std::string content_type = {});

    /// The same for a file in a folder, whose path within it may come from a client: whatever is not below
    /// the folder, through "..", a leading '/', or a symbolic link that leads out, is a 404, whether it
    /// exists or not. So is a path with a segment that is "." or empty, which could get around checks for a
    /// prefix. Files whose names begin with a dot are treated like others.
    ///
    /// For a folder, the given one (an empty path) or one below it, `index.html` is sent; if the request's
    /// path does not end with '/', the response redirects to the one that does, so that relative links work.
    ///
    ///     co_return tidings::response::file_below("/srv/pages", request.param("name"));
    [[nodiscard]] static response file_below(std::filesystem::path folder, std::filesystem::path path,
                                             std::string content_type = {});

    /// Sets a header, and replaces any of that name; see `headers`.
    response& with_header(std::string name, std::string value) &;
    [[nodiscard]] response with_header(std::string name, std::string value) &&;

    /// Adds a header to those of that name: Set-Cookie, Vary.
    response& with_added_header(std::string name, std::string value) &;
    [[nodiscard]] response with_added_header(std::string name, std::string value) &&;

    /// How a browser keeps a cookie. It holds views, so make it in the call of `with_cookie`.
    using cookie_options = detail::cookie_options;

    /// Adds a cookie for this host alone (Set-Cookie without Domain):
    ///
    ///     response::redirect("/room").with_cookie("__Host-session", token, {.max_age = 24h});
    ///
    /// An empty value with `.max_age = 0s` deletes it, if path and `secure` are as they were when it was
    /// set. Throws `std::invalid_argument` for what browsers would drop or misinterpret: a name that is not
    /// a token, a value with spaces, quotes, commas, semicolons, backslashes or non-ASCII bytes, more than
    /// 4096 bytes for both together, and options that contradict each other or a name that begins with
    /// `__Host-` or `__Secure-`.
    response& with_cookie(std::string_view name, std::string_view value, cookie_options const& how = {}) &;
    [[nodiscard]] response with_cookie(std::string_view name, std::string_view value,
                                       cookie_options const& how = {}) &&;

    [[nodiscard]] int status() const noexcept { return status_; }
    [[nodiscard]] headers const& fields() const noexcept { return headers_; }
    [[nodiscard]] std::string_view header(std::string_view name) const noexcept { return headers_.get(name); }

    /// The text of the body; empty for a file.
    [[nodiscard]] std::string const& body() const noexcept { return body_; }
    [[nodiscard]] std::optional<std::filesystem::path> const& file_path() const noexcept { return file_; }
    /// From where the file's path is taken, and below which it must lie; empty: anywhere.
    [[nodiscard]] std::filesystem::path const& file_folder() const noexcept { return folder_; }

private:
    friend internal::access;

    /// Adds those of `others` that this answer does not have by itself; Vary and Set-Cookie in any case,
    /// since they say more and replace nothing.
    void complete_with(headers const& others);

    int status_;
    headers headers_;
    std::string body_;
    std::optional<std::filesystem::path> file_;
    std::filesystem::path folder_;
    headers headers_if_missing_; // said in place of a file that cannot be sent, and of what was meant for it
};

/// A temporary refusal that the client understands. An EventSource treats any status but 200 as final, so
/// its page would stay dead although the cause passes. Therefore a GET that accepts only `text/event-stream`
/// gets 200 and an event stream that consists of `retry:` with `pause`, a comment with the reason, and the
/// end: it reconnects by itself. All others get `status` (for example 503 or 429) with Retry-After. Choose
/// the pause at random, or all clients return at once.
///
///     co_await out.respond(tidings::refused_for_now(request, 503, 4s, "the model is being loaded"));
[[nodiscard]] response refused_for_now(request const& asked, int status, std::chrono::milliseconds pause,
                                       std::string_view why);

} // namespace tidings
