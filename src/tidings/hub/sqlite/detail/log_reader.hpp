// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/sqlite/detail/log_writer.hpp>
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

    /// What is kept of a topic, at one moment. The file is not trusted: what the numbers and texts in it say
    /// is for the topic to judge.
    log_tail read(open_topic const& topic);

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
