// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/static_folder.hpp>

#include <fmt/format.h>
#include <system_error>

#include <functional>
#include <stdexcept>
#include <utility>

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace tidings::detail {

namespace {

bool is_hidden(std::string_view encoded, std::string_view path)
{
    return encoded.find("%2F") != std::string_view::npos || encoded.find("%2f") != std::string_view::npos ||
           path.starts_with('.') || path.find("/.") != std::string_view::npos;
}

asio::awaitable<response> send_from_folder(fs::path const& folder, std::string const& cache_control, context,
                                           request const& asked)
{
    auto path = asked.param(path_in_folder);
    if (is_hidden(asked.path(), path))
        co_return response::text("not found\n", 404);
    auto answer = response::file_below(folder, std::move(path));
    answer.with_header("Cache-Control", cache_control);
    co_return answer;
}

} // namespace

handler serve_folder(fs::path const& folder, std::string cache_control)
{
    std::error_code none;
    if (!fs::is_directory(folder, none))
        throw std::invalid_argument(
            fmt::format("tidings: there is no folder \"{}\" whose files could be served; make it before, or "
                        "correct its name (the program runs in \"{}\")",
                        folder.string(), fs::current_path(none).string()));
    (void)response(200).with_header("Cache-Control", cache_control); // throws now, and not when it is sent
    return std::bind_front(send_from_folder, fs::absolute(folder), std::move(cache_control));
}

} // namespace tidings::detail
