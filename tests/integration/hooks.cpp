// SPDX-License-Identifier: BSL-1.0
// Every function of a user's that a server or a topic calls, and the four things that it may do there. The
// table is in docs/guide/03-errors.md.
#include <tidings/hub/topic_registry.hpp>
#include <tidings/middleware/log_requests.hpp>
#include <tidings/server/server.hpp>
#include <tidings/testing/client.hpp>

#include "handlers.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace asio = boost::asio;
using namespace tidings::test;
using tidings::context;
using tidings::event_stream;
using tidings::headers;
using tidings::request;
using tidings::response;
using tidings::stream_handler;
using tidings::testing::client;

namespace {

enum class place
{
    log,
    check,
    route_check,
    middleware,
    route_middleware,
    sink,
    on_handler_error,
    on_refusal,
    filter,
    registry_log,
};

enum class deed
{
    calls_back,
    destroys_topic,
    throws,
    is_slow,
};

asio::awaitable<void> do_nothing(context)
{
    co_return;
}

asio::awaitable<void> fail_in_the_stream(context, request const&, event_stream& out)
{
    co_await out.send({.data = "one"});
    throw std::runtime_error("on purpose");
}

/// A server with all of these functions, one of which does something, once. A client follows a topic all the
/// while, of which the application holds one handle.
class hooked_server
{
public:
    hooked_server(place chosen, deed what)
        : chosen_(chosen), what_(what),
          doomed_(std::in_place, tidings::topic_options{.name = "doomed", .send_position = false}),
          few_({.max_topics = 1,
                .log = [this](tidings::log_level, std::string_view) { act(place::registry_log); }}),
          server_(tidings::endpoint{.port = 0}, options())
    {
        few_.add("{name}");
        server_.check("/checked", [this](request const&, headers&) { return pass(place::check); });
        server_.use("/wrapped", wrapping(place::middleware));
        auto const pass_route = [this](request const&, headers&) { return pass(place::route_check); };
        server_.get("/checked", answer_plainly);
        server_.get("/wrapped", answer_plainly);
        server_.get("/of-route", answer_plainly, {.checks = {pass_route}});
        server_.get("/around-route", answer_plainly, {.around = {wrapping(place::route_middleware)}});
        server_.get("/fails", fail_in_the_stream);
        server_.get("/stays", stay_open);
        server_.get("/followed", std::bind_front(&hooked_server::hand_over, this));
        server_.get("/alive", answer_plainly);
        server_.start();
        thread_ = std::thread([this] { server_.run(); });
        follower_.emplace(server_.port());
        follower_->get("/followed");
        CHECK(follower_->read_head().status() == 200);
    }

    ~hooked_server()
    {
        server_.stop();
        thread_.join();
    }

    hooked_server(hooked_server const&) = delete;
    hooked_server& operator=(hooked_server const&) = delete;

    /// Brings it about that the chosen function is called; what its client sees.
    std::string provoke()
    {
        switch (chosen_) {
        case place::check:
            return status_of("/checked");
        case place::route_check:
            return status_of("/of-route");
        case place::middleware:
            return status_of("/wrapped");
        case place::route_middleware:
            return status_of("/around-route");
        case place::sink:
            return status_of("/alive");
        case place::on_refusal: {
            client staying(server_.port()); // the second of two streams that an address may have
            staying.get("/stays");
            CHECK(staying.read_head().status() == 200);
            return status_of("/stays");
        }
        case place::filter: {
            tidings::topic const publishing = *doomed_;
            publishing.publish({.data = "one"});
            auto const event = follower_->next_event();
            CHECK(has_logged("a filter failed: thrown on purpose") == (!event && what_ == deed::throws));
            return event ? std::string(event->data()) : follower_->is_body_complete() ? "end" : "cut";
        }
        case place::registry_log:
            few_.get("one")->publish({.data = "1"});
            few_.get("two")->publish({.data = "2"}); // takes the place of the other, which is said
            return std::to_string(few_.size());
        case place::log:
        case place::on_handler_error: {
            client asking(server_.port());
            asking.get("/fails");
            CHECK(asking.read_head().status() == 200);
            CHECK(asking.next_event()->data() == "one");
            CHECK_FALSE(asking.next_event());
            return asking.is_body_complete() ? "end" : "cut";
        }
        }
        return {};
    }

    std::string status_of(std::string_view path) const
    {
        client asking(server_.port());
        asking.get(path);
        auto const status = asking.read_head().status();
        (void)asking.read_body();
        return std::to_string(status);
    }

    bool has_acted() const { return has_acted_; }

    /// What a client gets that came while the chosen function was slow.
    int status_of_waiting() { return waiting_->read_head().status(); }

private:
    tidings::server_options options()
    {
        tidings::server_options made;
        made.handle_signals = false;
        made.per_address.streams = 2;
        made.drain_timeout = std::chrono::seconds(1);
        made.log = [this](tidings::log_level, std::string_view line) {
            {
                std::lock_guard const guard(lock_);
                logged_ += line;
            }
            act(place::log);
        };
        made.on_handler_error = [this](std::exception_ptr const&, request const&) {
            act(place::on_handler_error);
            return std::optional<tidings::event_text>();
        };
        made.on_stream_end = tidings::log_requests([this](std::string_view) { act(place::sink); });
        made.on_refusal = [this](request const&, int, response const& standard) {
            act(place::on_refusal);
            return standard;
        };
        return made;
    }

    tidings::middleware wrapping(place which)
    {
        return [this, which](stream_handler inner) -> stream_handler {
            return [this, which, inner = std::move(inner)](context ctx, request& asked, event_stream& out) {
                act(which);
                return inner(std::move(ctx), asked, out);
            };
        };
    }

    asio::awaitable<void> hand_over(context, request const&, event_stream& out)
    {
        auto const pass_all = [this](auto const&...) {
            act(place::filter);
            return true;
        };
        doomed_->attach(out, tidings::from_newest(), pass_all);
        co_return;
    }

    bool has_logged(std::string_view what)
    {
        std::lock_guard const guard(lock_);
        return logged_.find(what) != std::string::npos;
    }

    std::optional<response> pass(place which)
    {
        act(which);
        return std::nullopt;
    }

    void act(place which)
    {
        if (which != chosen_ || is_called_.exchange(true))
            return;
        switch (what_) {
        case deed::calls_back:
            server_.spawn(do_nothing);
            CHECK(server_.port() != 0);
            CHECK(server_.stats().connections != 0);
            CHECK(few_.size() <= 2);
            break;
        case deed::destroys_topic:
            doomed_.reset();
            break;
        case deed::throws:
            has_acted_ = true;
            throw std::runtime_error("thrown on purpose");
        case deed::is_slow: // until another client has asked, whom nobody can answer meanwhile
            waiting_.emplace(server_.port());
            waiting_->get("/alive");
            break;
        }
        has_acted_ = true;
    }

    place const chosen_;
    deed const what_;
    std::atomic<bool> is_called_ = false;
    std::atomic<bool> has_acted_ = false; ///< what it made may be looked at
    std::optional<tidings::topic> doomed_;
    tidings::topic_registry few_;
    std::mutex lock_;
    std::string logged_; // by the server
    tidings::server server_;
    std::thread thread_;
    std::optional<client> follower_;
    std::optional<client> waiting_;
};

struct row
{
    place which;
    char const* usual;
    char const* thrown; ///< what the client sees where it throws
};

} // namespace

// Whatever a user's function does, it has a defined outcome for the one client that it was called for, and
// none for the others.
TEST_CASE("functions of a user's may call back, destroy a topic, throw, or be slow")
{
    auto const [which, usual, thrown] =
        GENERATE(row{place::log, "cut", "cut"}, row{place::check, "200", "500"},
                 row{place::route_check, "200", "500"}, row{place::middleware, "200", "500"},
                 row{place::route_middleware, "200", "500"}, row{place::sink, "200", "200"},
                 row{place::on_handler_error, "cut", "cut"}, row{place::on_refusal, "429", "429"},
                 row{place::filter, "one", "cut"}, row{place::registry_log, "1", "1"});
    auto const what = GENERATE(deed::calls_back, deed::destroys_topic, deed::throws, deed::is_slow);
    CAPTURE(static_cast<int>(which), static_cast<int>(what));
    hooked_server served(which, what);
    CHECK(served.provoke() == (what == deed::throws ? thrown : usual));
    CHECK(served.status_of("/alive") == "200");
    CHECK(served.has_acted()); // at the latest in the turn after the answer, so before that of "/alive"
    if (what == deed::is_slow)
        CHECK(served.status_of_waiting() == 200);
}
