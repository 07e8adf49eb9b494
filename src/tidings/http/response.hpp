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

/// A whole answer: status, headers and a body that is text at hand or a file. A value type with constructors,
/// so that it may be built inside a `co_await` or `co_return` expression. Not thread-safe.
///
///     co_return tidings::response::json(text, 201).with_header("Location", "/builds/7");
class response
{
public:
    /// An answer without a body. Statuses are 200 to 599; `std::invalid_argument` for others.
    explicit response(int status);

    /// `text/plain` in UTF-8. This and the next two throw `std::invalid_argument` if there is text and the
    /// status forbids a body (204, 304).
    [[nodiscard]] static response text(std::string text, int status = 200);

    /// `application/json`; the text is sent as it is.
    [[nodiscard]] static response json(std::string text, int status = 200);

    [[nodiscard]] static response bytes(std::string bytes, std::string content_type, int status = 200);

    /// Sends the client on to another page: 303, after a POST say, or 301, 302, 307 or 308. `location` is a
    /// URL or a path, percent-encoded; throws `std::invalid_argument` for one that is not, for an empty one,
    /// and for another status. A location that a client had a hand in can lead to any site.
    [[nodiscard]] static response redirect(std::string location, int status = 303);

    /// A file that the server streams from disk when it answers; this call does not touch it. One that is
    /// missing then, or is no regular file, becomes a 404; one that may not be read 403, one for which there
    /// are no descriptors 503, any other failure 500, and these three are logged. The content type is guessed
    /// by the extension if none is given. The size is taken when the answer begins: what the file grows by is
    /// not sent, and one that shrinks ends the connection early, so that the client does not take half a file
    /// for a whole one. GET and HEAD get an ETag (of size, time of change and time of status change, so that
    /// each change of the file brings another) and Last-Modified, and a 304 where the client has it already;
    /// what the application sets of these takes their place.
    ///
    /// `path` is the application's own: a path that a client had a hand in is for `file_below`.
    [[nodiscard]] static response file(std::filesystem::path path, std::string content_type = {});

    /// The same for a file in a folder, whose path within it a client may have chosen: what does not lie
    /// below the folder, by "..", by a leading '/', or by a symbolic link that leads out, is a 404, whatever
    /// is there. So is a path with a segment "." or an empty one, which would lead past checks for a prefix.
    /// Files whose names begin with a dot are files like others.
    ///
    /// Of a folder, the one itself (an empty path) or one below it, `index.html` is sent; where the request's
    /// path does not end with '/', a redirect to the one that does, or the page's links would lead astray.
    ///
    ///     co_return tidings::response::file_below("/srv/pages", request.param("name"));
    [[nodiscard]] static response file_below(std::filesystem::path folder, std::filesystem::path path,
                                             std::string content_type = {});

    /// Sets a header in place of any of that name, see `headers`.
    response& with_header(std::string name, std::string value) &;
    [[nodiscard]] response with_header(std::string name, std::string value) &&;

    /// Adds a header beside those of that name: Set-Cookie, Vary.
    response& with_added_header(std::string name, std::string value) &;
    [[nodiscard]] response with_added_header(std::string name, std::string value) &&;

    /// How a browser is to keep a cookie. Made in the call, see `with_cookie`: it holds views.
    using cookie_options = detail::cookie_options;

    /// Adds a cookie, for this host alone (Set-Cookie without Domain):
    ///
    ///     response::redirect("/room").with_cookie("__Host-session", token, {.max_age = 24h});
    ///
    /// An empty value with `.max_age = 0s` deletes it, if path and `secure` are as when it was set. Throws
    /// `std::invalid_argument` for what browsers would drop or understand otherwise: a name that is no token,
    /// a value with spaces, quotes, commas, semicolons, backslashes or bytes that are not ASCII, both of more
    /// than 4096 bytes, and options that contradict each other or a name that begins with `__Host-` or
    /// `__Secure-`.
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

/// An answer that refuses a request for a while, in words that its client understands. An EventSource takes
/// every status but 200 for the end, and its page would be dead although the cause passes. So a GET that
/// accepts `text/event-stream` and nothing else gets 200 and an event stream that consists of `retry:` with
/// that pause, a comment that says why, and the end: it comes back by itself. Everybody else gets `status`
/// (503 or 429, say) with Retry-After. Draw the pause by chance, or all come back at once.
///
///     co_await out.respond(tidings::refused_for_now(request, 503, 4s, "the model is being loaded"));
[[nodiscard]] response refused_for_now(request const& asked, int status, std::chrono::milliseconds pause,
                                       std::string_view why);

} // namespace tidings
