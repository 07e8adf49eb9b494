// SPDX-License-Identifier: BSL-1.0
// operation_looks LOOKS: an operation that counts, and so many looks at it, most of which another source wins
// or come too early. Each number has to come once and in order.
#include <tidings/wait/operation.hpp>
#include <tidings/wait/select.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/error_code.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <utility>

namespace asio = boost::asio;
using tidings::channel;
using tidings::context;
using tidings::select;

namespace {

/// Counts, and takes one to seven turns of the loop for each number.
struct counter
{
    asio::io_context* io;
    long count = 0;
};

template <typename Handler>
void count_after(int turns, counter& of, Handler handler)
{
    asio::post(*of.io, [turns, &of, handler = std::move(handler)]() mutable {
        if (turns > 1)
            count_after(turns - 1, of, std::move(handler));
        else
            handler(boost::system::error_code(), of.count++);
    });
}

auto next_number(counter& of)
{
    return asio::async_initiate<asio::deferred_t const, void(boost::system::error_code, long)>(
        [](auto handler, counter* from) {
            count_after(static_cast<int>(from->count % 7) + 1, *from, std::move(handler));
        },
        asio::deferred, &of);
}

struct tally
{
    long looks = 0;
    long numbers = 0;
    long others = 0;
    long nothing = 0;
    long wrong = 0;
};

asio::awaitable<void> look(context ctx, asio::io_context& io, channel<int> others, long most, tally& of)
{
    tidings::operation numbers(ctx, next_number, counter{&io});
    auto const take = [&](auto const* number) {
        of.wrong += number->error || number->value != of.numbers;
        ++of.numbers;
    };
    while (of.looks < most) {
        auto next = co_await select(ctx, numbers, others);
        if (auto const* number = next.from(numbers))
            take(number);
        else
            ++of.others;
        auto second = tidings::try_select(ctx, numbers);
        if (auto const* number = second.from(numbers))
            take(number);
        else
            ++of.nothing;
        of.looks += 2;
    }
    // All but the one that is under way has been taken.
    of.wrong += numbers.get<counter>().count != of.numbers;
}

/// Sends in each turn of the loop, so that either source wins.
asio::awaitable<void> distract(context ctx, channel<int> others)
{
    while (!ctx.is_done()) {
        co_await asio::post(asio::deferred);
        co_await others.send(ctx, 1);
    }
}

} // namespace

int main(int, char** arguments)
{
    long const most = std::atol(arguments[1]);
    asio::io_context io;
    auto root = context::root(io.get_executor());
    channel<int> others;
    tally of;
    std::exception_ptr failure;
    asio::co_spawn(io, distract(root, others), [](std::exception_ptr) {});
    asio::co_spawn(io, look(root, io, others, most, of), [&](std::exception_ptr failed) {
        failure = failed;
        root.cancel();
    });
    io.run();
    std::printf("%ld looks: %ld numbers, %ld of the other source, %ld found nothing; %ld lost or doubled\n",
                of.looks, of.numbers, of.others, of.nothing, of.wrong);
    bool const is_complete = of.numbers + of.others + of.nothing == of.looks && of.numbers > most / 20;
    return is_complete && of.wrong == 0 && !failure ? 0 : 1;
}
