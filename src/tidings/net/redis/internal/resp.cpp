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

using reader = std::unique_ptr<redisReader, decltype(&redisReaderFree)>;

// Those by which hiredis makes its replies.
redisReplyObjectFunctions const& plain_functions()
{
    static redisReplyObjectFunctions const all = *reader(redisReaderCreate(), redisReaderFree)->fn;
    return all;
}

// The same, but for lists, which hiredis makes as long as the engine says. Their length is an int or a
// size_t, as its version likes.
redisReplyObjectFunctions* bounded_functions()
{
    static redisReplyObjectFunctions all = [] {
        redisReplyObjectFunctions made = plain_functions();
        made.createArray = [](redisReadTask const* task, auto count) -> void* {
            auto& room = *static_cast<std::size_t*>(task->privdata);
            if (static_cast<std::size_t>(count) > room)
                return nullptr;
            room -= static_cast<std::size_t>(count);
            return plain_functions().createArray(task, count);
        };
        return made;
    }();
    return &all;
}

engine_reply convert(redisReply const& from)
{
    engine_reply made;
    switch (from.type) {
    case REDIS_REPLY_NIL:
        break;
    case REDIS_REPLY_INTEGER:
        made.what = engine_reply::kind::number;
        made.number = from.integer;
        break;
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
    case REDIS_REPLY_ERROR:
        made.what = from.type == REDIS_REPLY_ERROR ? engine_reply::kind::error : engine_reply::kind::text;
        made.text.assign(from.str, static_cast<std::size_t>(from.len));
        break;
    case REDIS_REPLY_ARRAY:
        made.what = engine_reply::kind::list;
        for (std::size_t i = 0; i < from.elements; ++i)
            made.items.push_back(convert(*from.element[i]));
        break;
    default: // of a newer protocol, which nobody has asked for
        throw engine_fault("it sent an invalid answer");
    }
    return made;
}

} // namespace

void reply_reader::free_reader::operator()(redisReader* which) const noexcept
{
    redisReaderFree(which);
}

reply_reader::reply_reader() : reply_reader(bounds{}) {}

reply_reader::reply_reader(bounds most)
    : most_(most), room_(most.items), reader_(redisReaderCreateWithFunctions(bounded_functions()))
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
        throw engine_fault(fmt::format("it sent an answer that is invalid or too large ({})",
                                       std::string_view(reader_->errstr)));
    if (!found) {
        if (bytes_ > most_.bytes)
            throw engine_fault(fmt::format("it sent an answer of more than {} bytes", most_.bytes));
        return std::nullopt;
    }
    std::unique_ptr<void, decltype(&freeReplyObject)> const owner(found, freeReplyObject);
    bytes_ = reader_->len - reader_->pos;
    room_ = most_.items;
    return convert(*static_cast<redisReply const*>(found));
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
