// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/http_date.hpp>
#include <tidings/http/internal/validators.hpp>
#include <tidings/server/detail/file_reader.hpp>
#include <tidings/server/detail/send_response.hpp>
#include <tidings/wait/run_blocking.hpp>

#include <fmt/format.h>
#include <system_error>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>

namespace asio = boost::asio;

namespace tidings::detail {

namespace {

// A large body goes out in pieces, so that what waits for a slow peer stays small.
constexpr std::size_t sent_at_once = 64 * 1024;

std::shared_ptr<file_reader> open(std::filesystem::path const& folder, std::filesystem::path const& path)
{
    return std::make_shared<file_reader>(folder, path);
}

std::string read_piece(std::shared_ptr<file_reader> const& file)
{
    return file->read();
}

void log_failure(shared_state& shared, std::filesystem::path const& path, std::string_view what, int error)
{
    bool const is_out_of_descriptors = error == EMFILE || error == ENFILE;
    shared.log(log_kind::file_failed, log_level::error,
               fmt::format("cannot {} the file {}: {}{}", what, path.string(),
                           std::generic_category().message(error),
                           is_out_of_descriptors ? "; raise the limit of open files" : ""));
}

/// One of the files that may be open for clients; held as long as one is being sent.
class file_place
{
public:
    explicit file_place(shared_state& shared) noexcept
        : count_(shared.files_being_sent), is_given_(count_++ < shared.places.files)
    {}
    ~file_place() { --count_; }
    file_place(file_place const&) = delete;
    file_place& operator=(file_place const&) = delete;

    bool is_given() const noexcept { return is_given_; }

private:
    std::atomic<std::size_t>& count_;
    bool is_given_;
};

} // namespace

response file_refusal(int error)
{
    switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ENXIO: // a socket
    case ELOOP:
    case EXDEV: // outside its folder
    case ENAMETOOLONG:
        return response::text("not found\n", 404);
    case EACCES:
    case EPERM:
        return response::text("forbidden\n", 403);
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EAGAIN:
        return response::text("too much is open; please try again\n", 503).with_header("Retry-After", "5");
    default:
        return response::text("internal server error\n", 500);
    }
}

namespace {

/// The status that says why a file cannot be sent, with what the answer was completed with.
response refused(response const& file, int error, shared_state& shared)
{
    response refusal = file_refusal(error);
    if (refusal.status() != 404)
        log_failure(shared, *file.file_path(), "open", error);
    internal::access::complete(refusal, internal::access::headers_if_missing(file));
    return refusal;
}

/// An answer in place of a file, with what was to be said of the file too.
response bodiless(int status, response const& file)
{
    headers fields = file.fields();
    fields.remove("Content-Type");
    response answer(status);
    internal::access::complete(answer, fields);
    return answer;
}

/// To the same path with a '/' at its end, from where the links of a folder's page count. It is told from the
/// last segment on, so that it leads to no other host, and through a proxy that has taken off a prefix.
response with_slash(response const& file, request const& asked)
{
    std::string_view const path = asked.path();
    auto const query = asked.target().find('?');
    return bodiless(301, file).with_header(
        "Location", fmt::format(".{}/{}", path.substr(path.rfind('/')),
                                query == std::string_view::npos ? "" : asked.target().substr(query)));
}

/// Completes the answer with what is known of the open file; what is sent in its place, if anything is.
std::optional<response> describe_file(response& answer, file_reader const& file, request const& asked)
{
    if (file.is_index() && !asked.path().ends_with('/'))
        return with_slash(answer, asked);
    if (file.is_index())
        answer.with_header("Content-Type", "text/html; charset=utf-8");
    if (!answer.fields().contains("ETag"))
        answer.with_header("ETag", file.tag());
    if (!answer.fields().contains("Last-Modified"))
        answer.with_header("Last-Modified", internal::http_date(file.modified()));
    return internal::is_unchanged(asked, answer.fields()) ? std::optional(bodiless(304, answer))
                                                          : std::nullopt;
}

asio::awaitable<bool> send_text(internal::writer& out, response const& answer, bool head_only)
{
    out.append(out.over().plain_head(answer.status(), answer.fields(), answer.body().size()));
    std::string_view left = head_only ? std::string_view() : std::string_view(answer.body());
    bool is_sent = true;
    do {
        out.append(left.substr(0, sent_at_once));
        left.remove_prefix(std::min(sent_at_once, left.size()));
        is_sent = co_await out.written();
    } while (is_sent && !left.empty());
    co_return is_sent;
}

// One that ends early, or cannot be read on, ends the connection, since its length was promised.
asio::awaitable<bool> send_file(internal::writer& out, context ctx, response& answer, request const& asked,
                                shared_state& shared)
{
    bool const head_only = asked.method() == "HEAD";
    int error = EMFILE;
    std::shared_ptr<file_reader> file;
    file_place const place(shared);
    if (place.is_given()) {
        auto const opened = co_await run_blocking(ctx, open, answer.file_folder(), *answer.file_path());
        file = opened.value_or(nullptr);
        error = file ? file->error() : ENOMEM;
    } else {
        ++shared.counts.refused;
    }
    auto instead = error != 0 ? refused(answer, error, shared) : describe_file(answer, *file, asked);
    if (instead) {
        answer = std::move(*instead);
        bool const is_sent = co_await send_text(out, answer, head_only);
        co_return is_sent;
    }
    std::uint64_t left = file->size();
    out.append(out.over().plain_head(answer.status(), answer.fields(), left));
    bool is_sent = co_await out.written();
    while (is_sent && left != 0 && !head_only) {
        auto const piece = co_await run_blocking(ctx, read_piece, file);
        if (!piece || piece->empty()) {
            if (file->error() != 0)
                log_failure(shared, *answer.file_path(), "read", file->error());
            co_return false; // shorter than it was
        }
        std::string_view const bytes = std::string_view(*piece).substr(0, left);
        left -= bytes.size();
        out.append(bytes);
        is_sent = co_await out.written();
    }
    co_return is_sent;
}

} // namespace

asio::awaitable<bool> send_response(internal::writer& out, asio::io_context& io, shared_state& shared,
                                    response& answer, request const& asked)
{
    bool is_sent = false;
    if (answer.file_path()) {
        // The handler's context may have ended; the answer ends with the connection, which `out` tells.
        auto const sending = context::root(io.get_executor());
        is_sent = co_await send_file(out, sending, answer, asked, shared);
    } else {
        is_sent = co_await send_text(out, answer, asked.method() == "HEAD");
    }
    co_return is_sent;
}

} // namespace tidings::detail
