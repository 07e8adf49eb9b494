// SPDX-License-Identifier: BSL-1.0
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

// One that cannot be opened becomes the status that says why, with what the answer was completed with; one
// that ends early, or cannot be read on, ends the connection, since its length was promised.
asio::awaitable<bool> send_file(internal::writer& out, context ctx, response& answer, bool head_only,
                                shared_state& shared)
{
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
    if (error != 0) {
        response refused = file_refusal(error);
        if (refused.status() != 404)
            log_failure(shared, *answer.file_path(), "open", error);
        internal::access::complete(refused, internal::access::headers_if_missing(answer));
        answer = std::move(refused);
        out.append(out.over().plain_head(answer.status(), answer.fields(), answer.body().size()));
        out.append(head_only ? std::string_view() : std::string_view(answer.body()));
        bool const is_sent = co_await out.written();
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
                                    response& answer, bool head_only)
{
    bool is_sent = true;
    if (answer.file_path()) {
        // The handler's context may have ended; the answer ends with the connection, which `out` tells.
        auto const sending = context::root(io.get_executor());
        is_sent = co_await send_file(out, sending, answer, head_only, shared);
        co_return is_sent;
    }
    out.append(out.over().plain_head(answer.status(), answer.fields(), answer.body().size()));
    std::string_view left = head_only ? std::string_view() : std::string_view(answer.body());
    do {
        out.append(left.substr(0, sent_at_once));
        left.remove_prefix(std::min(sent_at_once, left.size()));
        is_sent = co_await out.written();
    } while (is_sent && !left.empty());
    co_return is_sent;
}

} // namespace tidings::detail
