// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/tls/detail/watched_files.hpp>

#include <sys/stat.h>

#include <utility>

namespace tidings::detail {

namespace {

std::int64_t nanoseconds(timespec const& time)
{
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

} // namespace

watched_files::watched_files(std::vector<std::string> paths) : paths_(std::move(paths))
{
    std::erase(paths_, "");
    read_ = seen_ = stamps();
}

bool watched_files::look()
{
    auto now = stamps();
    bool const is_settled = now == seen_;
    seen_ = std::move(now);
    if (!is_settled || seen_ == read_)
        return false;
    read_ = seen_;
    return true;
}

std::vector<watched_files::stamp> watched_files::stamps() const
{
    std::vector<stamp> all;
    all.reserve(paths_.size());
    for (auto const& path : paths_) {
        struct ::stat found{};
        all.push_back(::stat(path.c_str(), &found) != 0 ? stamp()
                                                        : stamp{.device = found.st_dev,
                                                                .number = found.st_ino,
                                                                .size = found.st_size,
                                                                .written = nanoseconds(found.st_mtim),
                                                                .changed = nanoseconds(found.st_ctim)});
    }
    return all;
}

} // namespace tidings::detail
