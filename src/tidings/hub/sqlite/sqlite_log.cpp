// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/sqlite/detail/log_file.hpp>
#include <tidings/hub/sqlite/detail/log_reader.hpp>
#include <tidings/hub/sqlite/detail/log_thread.hpp>
#include <tidings/hub/sqlite/detail/log_writer.hpp>
#include <tidings/hub/sqlite/sqlite_log.hpp>

#include <utility>

namespace tidings {

sqlite_log::sqlite_log(std::string const& path) : sqlite_log(path, sqlite_log_options{}) {}

sqlite_log::sqlite_log(std::string const& path, sqlite_log_options const& options)
    : log_(options.log), writer_(std::make_unique<detail::log_writer>(detail::canonical_log_path(path),
                                                                      options.vfs, options.wal_bytes)),
      reader_(std::make_unique<detail::log_reader>(writer_->path(), options.vfs)),
      thread_(std::make_unique<detail::log_thread>(*writer_, options))
{}

sqlite_log::~sqlite_log() = default;

log_tail sqlite_log::open(std::string_view topic)
{
    auto const found = thread_->open(topic);
    try {
        return reader_->read(found);
    } catch (...) {
        thread_->close(topic);
        throw;
    }
}

void sqlite_log::close(std::string_view topic) noexcept
{
    thread_->close(topic);
}

void sqlite_log::on_unreadable(std::string_view topic, std::size_t count, std::string_view first)
{
    std::string const line =
        "the log " + writer_->path() + ": " + std::to_string(count) + " events of the topic \"" +
        std::string(topic) +
        "\" are damaged and left out, and clients from before them are told; put a copy " +
        "in its place. The first: " + std::string(first);
    if (log_)
        log_(log_level::warning, line);
}

bool sqlite_log::append(std::string_view topic, logged_event value, kept when_kept)
{
    return thread_->append(topic, std::move(value), std::move(when_kept));
}

void sqlite_log::forget_before(std::string_view topic, std::uint64_t number)
{
    thread_->forget_before(topic, number);
}

void sqlite_log::forget(std::string_view topic, std::uint64_t number)
{
    thread_->forget(topic, number);
}

void sqlite_log::copy_to(std::string const& path)
{
    reader_->copy_to(path);
}

} // namespace tidings
