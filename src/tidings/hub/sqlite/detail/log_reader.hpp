// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/sqlite/detail/sqlite.hpp>
#include <tidings/hub/topic_log.hpp>

#include <cstdint>
#include <mutex>
#include <string>

namespace tidings::detail {

/// Reads a log beside its writer, without holding it up. From any thread.
class log_reader
{
public:
    log_reader(std::string const& path, std::string vfs);

    /// What is kept of a topic, at one moment.
    log_tail read(std::int64_t topic);

    /// Copies the whole log, as it is at one moment, to a new file.
    void copy_to(std::string const& path) const;

private:
    std::string const vfs_;
    std::mutex lock_;
    sqlite_database database_;
    sqlite_statement topic_;
    sqlite_statement events_;
};

} // namespace tidings::detail
