// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/redis/internal/engine_fault.hpp>
#include <tidings/net/redis/internal/resp.hpp>

#include <fmt/format.h>

#include <charconv>
#include <hiredis/hiredis.h>
#include <hiredis/read.h>
#include <new>
#include <utility>

namespace tidings::internal {

namespace {

// What the reader's functions build at: the root, or a place in the list above.
engine_reply* place_of(redisReadTask const* task)
{
    if (!task->parent)
        return new (std::nothrow) engine_reply;
    auto* const above = static_cast<engine_reply*>(task->parent->obj);
    return &above->items[static_cast<std::size_t>(task->idx)];
}

// Exceptions must not pass through C; null makes the reader fail.
template <typename Fill>
void* make(redisReadTask const* task, Fill fill) noexcept
{
    engine_reply* const made = place_of(task);
    try {
        if (made)
            fill(*made);
        return made;
    } catch (...) {
        if (!task->parent)
            delete made;
        return nullptr;
    }
}

// The number of elements is an int or a size_t, as the version of hiredis likes.
template <typename Count>
void* make_list(redisReadTask const* task, Count count)
{
    auto& room = *static_cast<std::size_t*>(task->privdata);
    auto const wanted = static_cast<std::size_t>(count);
    if (wanted > room)
        return nullptr;
    room -= wanted;
    return make(task, [&](engine_reply& at) {
        at.what = engine_reply::kind::list;
        at.items.resize(wanted);
    });
}

void* make_text(redisReadTask const* task, char* text, std::size_t size)
{
    return make(task, [&](engine_reply& at) {
        at.what = task->type == REDIS_REPLY_ERROR ? engine_reply::kind::error : engine_reply::kind::text;
        at.text.assign(text, size);
    });
}

void* make_number(redisReadTask const* task, long long number)
{
    return make(task, [&](engine_reply& at) {
        at.what = engine_reply::kind::number;
        at.number = number;
    });
}

void* make_nothing(redisReadTask const* task)
{
    return make(task, [](engine_reply&) {});
}

// What RESP3 brings beyond, in versions of hiredis that know it.
template <typename Functions>
void refuse_others(Functions& of)
{
    if constexpr (requires { of.createDouble; })
        of.createDouble = [](auto const*, auto...) -> void* { return nullptr; };
    if constexpr (requires { of.createBool; })
        of.createBool = [](auto const*, auto...) -> void* { return nullptr; };
}

redisReplyObjectFunctions* functions()
{
    static redisReplyObjectFunctions all = [] {
        redisReplyObjectFunctions made{};
        made.createString = make_text;
        made.createArray = [](auto const* task, auto count) { return make_list(task, count); };
        made.createInteger = make_number;
        made.createNil = make_nothing;
        made.freeObject = [](void* root) { delete static_cast<engine_reply*>(root); };
        refuse_others(made);
        return made;
    }();
    return &all;
}

} // namespace

void reply_reader::free_reader::operator()(redisReader* which) const noexcept
{
    redisReaderFree(which);
}

reply_reader::reply_reader() : reply_reader(bounds{}) {}

reply_reader::reply_reader(bounds most)
    : most_(most), room_(most.items), reader_(redisReaderCreateWithFunctions(functions()))
{
    if (!reader_)
        throw std::bad_alloc();
    reader_->maxbuf = 0; // else buffers of large replies are freed and made again all the time
    reader_->privdata = &room_;
}

reply_reader::~reply_reader() = default;

void reply_reader::feed(std::string_view bytes)
{
    bytes_ += bytes.size();
    if (redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) != REDIS_OK)
        throw engine_fault(reader_->errstr);
}

std::optional<engine_reply> reply_reader::next()
{
    void* found = nullptr;
    if (redisReaderGetReply(reader_.get(), &found) != REDIS_OK)
        throw engine_fault(fmt::format("it gave an answer that is none, or with too much in it ({})",
                                       std::string_view(reader_->errstr)));
    if (!found) {
        if (bytes_ > most_.bytes)
            throw engine_fault(fmt::format("it gave an answer of more than {} bytes", most_.bytes));
        return std::nullopt;
    }
    std::unique_ptr<engine_reply> const made(static_cast<engine_reply*>(found));
    bytes_ = reader_->len - reader_->pos;
    room_ = most_.items;
    return std::move(*made);
}

std::optional<std::uint64_t> parse_number(std::string_view text)
{
    std::uint64_t number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

void append_command(std::string& to, std::vector<std::string_view> const& words)
{
    std::vector<char const*> starts;
    std::vector<std::size_t> sizes;
    for (std::string_view const word : words) {
        starts.push_back(word.data());
        sizes.push_back(word.size());
    }
    char* text = nullptr;
    auto const size =
        redisFormatCommandArgv(&text, static_cast<int>(words.size()), starts.data(), sizes.data());
    if (size < 0)
        throw std::bad_alloc();
    std::unique_ptr<char, decltype(&redisFreeCommand)> const made(text, redisFreeCommand);
    to.append(text, static_cast<std::size_t>(size));
}

} // namespace tidings::internal
