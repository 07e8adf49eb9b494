// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/sqlite/detail/commit_thread.hpp>
#include <tidings/hub/sqlite/detail/read_thread.hpp>
#include <tidings/hub/sqlite/detail/store_file.hpp>
#include <tidings/hub/sqlite/sqlite_store.hpp>

#include <filesystem>
#include <stdexcept>
#include <utility>

namespace tidings {

sqlite_store::sqlite_store(std::string const& path) : sqlite_store(path, sqlite_store_options{}) {}

sqlite_store::sqlite_store(std::string const& path, sqlite_store_options const& options)
    : path_(detail::canonical_store_path(path)), options_(options)
{
    auto writer =
        std::make_unique<detail::store_writer>(path_, options_.vfs, options_.wal_bytes, options_.log);
    auto reader = std::make_unique<detail::store_reader>(path_, options_.vfs);
    reads_ = detail::read_thread::make(std::move(reader));
    commits_ =
        detail::commit_thread::make(std::move(writer), {options.max_queued_events, options.queue_bytes});
}

// A page that has been read may lead to more that is to be kept, and nothing that is kept to a page: who
// would read it is gone.
sqlite_store::~sqlite_store()
{
    reads_->stop();
    commits_->stop();
}

std::string sqlite_store::name() const
{
    return "the store " + path_;
}

void sqlite_store::start(std::weak_ptr<store_events> hub)
{
    commits_->start(std::move(hub));
}

void sqlite_store::open(std::string_view topic, topic_options const&, std::function<void(opened)> when_open)
{
    commits_->open(topic, std::move(when_open));
}

void sqlite_store::close(std::string_view topic) noexcept
{
    commits_->close(topic);
}

void sqlite_store::read(std::string_view topic, std::uint64_t after, std::uint64_t through,
                        std::function<void(page)> when_read)
{
    reads_->read({std::string(topic), after, through, std::move(when_read)});
}

bool sqlite_store::append(std::string_view topic, stored_event value, std::function<void(kept)> when_kept)
{
    return commits_->append(topic, std::move(value), std::move(when_kept));
}

void sqlite_store::forget_before(std::string_view topic, std::uint64_t number)
{
    commits_->forget_before(topic, number);
}

void sqlite_store::forget(std::string_view topic, std::uint64_t number)
{
    commits_->forget(topic, number);
}

void sqlite_store::copy_to(std::string const& path)
{
    std::string const target = detail::canonical_store_path(path);
    if (std::filesystem::exists(target))
        throw std::runtime_error("tidings: the copy " + target + ": there is a file already; name a new one");
    detail::copy_store(path_, target, options_.vfs);
}

void sqlite_store::release()
{
    commits_->release();
}

void sqlite_store::reclaim()
{
    commits_->give_back(
        std::make_unique<detail::store_writer>(path_, options_.vfs, options_.wal_bytes, options_.log));
}

} // namespace tidings
