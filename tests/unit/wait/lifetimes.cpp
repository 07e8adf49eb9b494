// SPDX-License-Identifier: BSL-1.0
// What a wait refers to may go while it waits.
#include <tidings/wait/select.hpp>
#include <tidings/wait/spawn.hpp>
#include <tidings/wait/task_group.hpp>

#include "support/virtual_loop.hpp"

#include <boost/asio/thread_pool.hpp>

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::channel;
using tidings::context;
using tidings::context_scope;
using tidings::test::virtual_loop;

namespace {

using texts = std::vector<std::string>;

/// What several coroutines share, and replace while others wait for it.
struct session
{
    channel<std::string> words;
    std::optional<context_scope> limit;
    std::optional<tidings::ticker> rhythm;
    std::optional<tidings::after> moment;
    std::optional<tidings::task_group> group;
    texts said;
};

asio::awaitable<void> receive_directly(context ctx, session& of)
{
    auto const word = co_await of.words.receive(ctx);
    of.said.push_back(word ? *word : "no word");
}

asio::awaitable<void> send_directly(context ctx, session& of)
{
    bool const sent = co_await of.words.send(ctx, "a word that is long enough to own memory");
    of.said.push_back(sent ? "sent" : "not sent");
}

asio::awaitable<void> select_words_and_moment(context ctx, session& of, channel<std::string> other)
{
    auto next = co_await tidings::select(ctx, of.words, other, *of.moment);
    of.said.push_back(next.from(other) ? "other" : "nothing");
}

asio::awaitable<void> receive_in_limit(context ctx, session& of, channel<std::string> other)
{
    (void)ctx;
    context const limited = *of.limit;
    auto const word = co_await other.receive(limited);
    of.said.push_back(word ? *word : "no word");
}

asio::awaitable<void> receive_in_that_context(context& ctx, session& of, channel<std::string> other)
{
    auto const word = co_await other.receive(ctx);
    of.said.push_back(word ? *word : "no word");
}

asio::awaitable<void> await_end_of(context ctx, std::unique_ptr<tidings::done> const& other, texts& said)
{
    bool const ended = co_await other->wait(ctx);
    said.push_back(ended ? "ended" : "not ended");
}

asio::awaitable<void> tick_directly(context ctx, session& of)
{
    bool const ticked = co_await of.rhythm->tick(ctx);
    of.said.push_back(ticked ? "tick" : "no tick");
}

asio::awaitable<void> wait_directly(context ctx, session& of)
{
    bool const came = co_await of.moment->wait(ctx);
    of.said.push_back(came ? "came" : "gone");
}

asio::awaitable<void> rest_an_hour(context ctx)
{
    tidings::after hour(1h);
    co_await hour.wait(ctx);
}

asio::awaitable<void> await_group(session& of)
{
    co_await of.group->wait();
    of.said.push_back("all ended");
}

} // namespace

// A channel that is replaced while somebody awaits it directly: nobody can reach that channel any more, so it
// is closed, and the wait comes back empty.
TEST_CASE("a channel is replaced while it is awaited")
{
    virtual_loop at;
    session of;
    at.start_coroutine(receive_directly(at.root, of));
    at.settle();
    of.words = channel<std::string>();
    at.settle();
    CHECK(of.said == texts{"no word"});

    at.start_coroutine(send_directly(at.root, of));
    at.settle();
    of.words = channel<std::string>();
    at.settle();
    CHECK(of.said == texts{"no word", "not sent"});
}

// The same where the context ends in the same turn, before or after the channel has gone.
TEST_CASE("a channel goes in the turn in which the context ends")
{
    for (bool const context_first : {true, false}) {
        virtual_loop at;
        session of;
        at.start_coroutine(receive_directly(at.root, of));
        at.settle();
        if (context_first)
            at.root.cancel();
        of.words = channel<std::string>();
        at.root.cancel();
        at.settle();
        CHECK(of.said == texts{"no word"});
    }
}

// A value that has been handed over comes out, although its channel has gone before the receiver runs.
TEST_CASE("a value outlives its channel")
{
    virtual_loop at;
    session of;
    at.start_coroutine(receive_directly(at.root, of));
    at.settle();
    CHECK(of.words.try_send("a word that is long enough to own memory"));
    of.words = channel<std::string>();
    at.settle();
    CHECK(of.said == texts{"a word that is long enough to own memory"});
}

// In a select a source that goes takes no part any more; the others go on.
TEST_CASE("sources of a select go while it waits")
{
    virtual_loop at;
    session of;
    channel<std::string> other;
    of.moment.emplace(1h);
    at.start_coroutine(select_words_and_moment(at.root, of, other));
    at.settle();
    of.words = channel<std::string>();
    of.moment.reset();
    at.advance(2h);
    CHECK(of.said.empty());
    CHECK(other.try_send("still here"));
    at.settle();
    CHECK(of.said == texts{"other"});

    of.moment.emplace(1h);
    at.start_coroutine(select_words_and_moment(at.root, of, channel<std::string>()));
    at.settle();
    of.words = channel<std::string>();
    at.settle();
    of.moment.reset();
    at.settle();
    CHECK(of.said == texts{"other"}); // the last one is in the coroutine's own hands
    at.root.cancel();
    at.settle();
    CHECK(of.said == texts{"other", "nothing"});
}

// Another source has won, and in the same turn the context of the wait is replaced: the wait still has to
// leave it.
TEST_CASE("a context goes in the turn in which another source has won")
{
    virtual_loop at;
    session of;
    of.limit = tidings::with_cancel(at.root);
    channel<std::string> other;
    at.start_coroutine(receive_in_limit(at.root, of, other));
    at.settle();
    CHECK(other.try_send("won"));
    of.limit = tidings::with_cancel(at.root);
    at.settle();
    CHECK(of.said == texts{"won"});
}

// The last handle of a context may be the one that somebody waits through.
TEST_CASE("a context is replaced while somebody waits through it")
{
    virtual_loop at;
    session of;
    auto scope = std::make_unique<context_scope>(tidings::with_cancel(at.root));
    context used = *scope;
    channel<std::string> other;
    at.start_coroutine(receive_in_that_context(used, of, other));
    at.settle();
    CHECK(other.try_send("won"));
    scope.reset();
    used = at.root;
    at.settle();
    CHECK(of.said == texts{"won"});

    context second = used;
    {
        auto const short_lived = tidings::with_timeout(at.root, 1h);
        second = short_lived;
        at.start_coroutine(receive_in_that_context(second, of, other));
        at.settle();
    }
    second = at.root;
    at.settle();
    CHECK(of.said == texts{"won", "no word"});
}

// A `done` may go while it is waited for, and the other context with it.
TEST_CASE("the end of a context that goes")
{
    virtual_loop at;
    texts said;
    auto other = std::make_unique<context_scope>(tidings::with_cancel(at.root));
    auto end = std::make_unique<tidings::done>(*other);
    at.start_coroutine(await_end_of(at.root, end, said));
    at.settle();
    end.reset();
    other.reset();
    at.settle();
    CHECK(said == texts{"ended"});

    other = std::make_unique<context_scope>(tidings::with_cancel(at.root));
    end = std::make_unique<tidings::done>(*other);
    at.start_coroutine(await_end_of(at.root, end, said));
    at.settle();
    at.root.cancel(); // ends the wait first, as it were, and the other one too
    end.reset();
    other.reset();
    at.settle();
    CHECK(said.size() == 2);
}

// A ticker that goes while it is waited for never ticks: the wait comes back false. So does an instant.
TEST_CASE("a timer goes while it is waited for")
{
    virtual_loop at;
    session of;
    of.rhythm.emplace(1h);
    at.start_coroutine(tick_directly(at.root, of));
    at.settle();
    of.rhythm.reset();
    at.settle();
    CHECK(of.said == texts{"no tick"});

    of.moment.emplace(1h);
    at.start_coroutine(wait_directly(at.root, of));
    at.settle();
    of.moment.reset();
    at.settle();
    CHECK(of.said == texts{"no tick", "gone"});

    // Neither does one that has come harm when it goes before the wait has come back.
    of.moment.emplace(1h);
    at.start_coroutine(wait_directly(at.root, of));
    at.settle();
    at.home().advance_virtual_time(at.now() + 2h);
    of.moment.reset();
    at.settle();
    CHECK(of.said == texts{"no tick", "gone", "came"});
}

// A group of tasks may go while somebody waits for it: its tasks are told to end, and then the wait is over.
TEST_CASE("a group goes while it is waited for")
{
    virtual_loop at;
    session of;
    of.group.emplace(at.root);
    of.group->spawn(rest_an_hour);
    at.start_coroutine(await_group(of));
    at.settle();
    of.group.reset();
    at.settle();
    CHECK(of.said == texts{"all ended"});
    CHECK(at.elapsed() == 0s);
}

// What is offered keeps its channel.
TEST_CASE("a sending outlives the handle that it was made of")
{
    virtual_loop at;
    std::string word = "kept";
    channel<std::string> receiver(1);
    auto kept = std::make_unique<channel<std::string>>(receiver);
    tidings::sending offer(*kept, word);
    kept.reset();
    CHECK(tidings::try_select(at.root, offer));
    CHECK(receiver.try_receive() == "kept");
    receiver = channel<std::string>();
    word = "lost";
    CHECK(tidings::try_select(at.root, offer)); // into the old channel, which is alive
}

// Handles and waits of one channel go on several threads at once, in any order.
TEST_CASE("channels go on several threads")
{
    asio::thread_pool pool(3);
    auto root = context::root(pool.get_executor());
    auto const receive = [](context ctx,
                            std::shared_ptr<channel<std::string>> from) -> asio::awaitable<void> {
        auto& words = *from;
        auto const word = co_await words.receive(ctx);
        (void)word;
    };
    for (int i = 0; i < 2'000; ++i) {
        channel<std::string> words;
        auto const borrowed = std::make_shared<channel<std::string>>(words);
        auto scope = tidings::with_cancel(root);
        tidings::spawn(scope, receive, borrowed);
        if (i % 3 == 0)
            (void)words.try_send("word");
        if (i % 3 == 1)
            scope.cancel();
    }
    root.cancel();
    pool.wait();
    CHECK(root.is_done());
}
