// SPDX-License-Identifier: BSL-1.0
// What the pages of the guide show beside the examples. Compiled, not run.
#include <tidings/tidings.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace asio = boost::asio;
using namespace std::chrono_literals;

struct build_list
{
    std::map<std::string, tidings::topic> topics;
};

// [reject]
asio::awaitable<void> build_log(build_list const& builds, tidings::context ctx,
                                tidings::request const& request, tidings::event_stream& out)
{
    auto const build = builds.topics.find(request.param("id"));
    if (build == builds.topics.end()) {
        co_await out.reject(404, "no such build"); // a real status: nothing has been sent yet
        co_return;
    }
    tidings::topic log = build->second;
    co_await log.follow(ctx, out);
}
// [/reject]

// [farewell]
asio::awaitable<void> say_farewell(tidings::context ctx, tidings::event_stream& out)
{
    tidings::ticker every_minute(60s);
    while (co_await every_minute.tick(ctx))
        co_await out.send({.data = "another minute"});
    if (ctx.reason() == tidings::end_reason::server_stopping)
        co_await out.send({.type = "closing", .data = "back in a moment"});
}
// [/farewell]

struct place
{
    double latitude = 0;
};
place geocode(std::string const&)
{
    return {};
}

// [blocking]
asio::awaitable<void> locate(tidings::context ctx, tidings::request const& request,
                             tidings::event_stream& out)
{
    std::optional<place> const found = co_await tidings::run_blocking(ctx, geocode, request.query("address"));
    if (found)
        co_await out.send({.data = fmt::to_string(found->latitude)});
}
// [/blocking]

asio::awaitable<int> read_sensor(tidings::context, int number)
{
    co_return number;
}

asio::awaitable<void> watch_sensor(tidings::context ctx, int number, tidings::channel<int> readings)
{
    int const reading = co_await read_sensor(ctx, number);
    co_await readings.send(ctx, reading);
}

// [task-group]
asio::awaitable<void> watch_all(tidings::context ctx, tidings::event_stream& out)
{
    tidings::channel<int> readings(8);
    tidings::task_group sensors(ctx);
    for (int number = 0; number < 3; ++number)
        sensors.spawn(watch_sensor, number, readings);
    co_await sensors.wait(); // rethrows the first failure, which has ended the others
    while (auto reading = readings.try_receive())
        co_await out.send({.data = fmt::to_string(*reading)});
}
// [/task-group]

// [closed]
asio::awaitable<void> show_readings(tidings::channel<int> readings, tidings::context ctx,
                                    tidings::request const&, tidings::event_stream& out)
{
    tidings::closed no_more(readings);
    tidings::ticker every_minute(60s);
    while (auto next = co_await tidings::select(ctx, readings, no_more, every_minute)) {
        if (int const* reading = next.from(readings))
            co_await out.send({.data = fmt::to_string(*reading)});
        else if (next.from(no_more))
            co_await out.send({.type = "offline", .data = "the sensor is switched off"});
        else
            co_await out.send({.type = "alive", .data = ""});
    }
}
// [/closed]

// [named-result]
asio::awaitable<void> send_first(tidings::context ctx, tidings::channel<int> numbers)
{
    bool const sent = co_await numbers.send(ctx, 1);
    if (!sent)
        co_return;
}
// [/named-result]

asio::awaitable<tidings::response> keep_picture(tidings::context)
{
    co_return tidings::response(204);
}

asio::awaitable<void> send_telemetry(tidings::context, tidings::event_stream& out)
{
    co_await out.open();
}

// [who-asks]
struct user
{
    std::string name;
    bool is_admin = false;
};

std::optional<tidings::response> find_user(std::map<std::string, user, std::less<>> const& by_token,
                                           tidings::request& asked, tidings::headers&)
{
    auto const known = by_token.find(tidings::bearer_token(asked));
    if (known == by_token.end())
        return tidings::response::text("who are you?\n", 401);
    asked.set_principal(known->second.name); // for logs
    asked.set_value(known->second);          // for the handler
    return std::nullopt;
}

asio::awaitable<tidings::response> say_hello(tidings::context, tidings::request const& request)
{
    user const* const who = request.value<user>();
    co_return tidings::response::text(who ? "hello, " + who->name : std::string("hello"));
}
// [/who-asks]

struct claims
{
    std::string subject;
    std::chrono::system_clock::time_point expires;
};

std::optional<claims> verify(std::string_view)
{
    return std::nullopt;
}

// [valid-until]
std::optional<tidings::response> read_token(tidings::request& asked, tidings::headers&)
{
    std::optional<claims> const token = verify(tidings::bearer_token(asked)); // by the library of your choice
    if (!token || token->expires <= std::chrono::system_clock::now())
        return tidings::response::text("log in\n", 401);
    asked.set_principal(token->subject);
    asked.set_valid_until(token->expires); // `exp`
    return std::nullopt;
}

// The page has a new token, and posts it while its stream stays open.
asio::awaitable<tidings::response> renew(tidings::server& server, tidings::context,
                                         tidings::request const& request) // the same check has passed it
{
    server.renew(std::string(request.principal()), request.valid_until());
    co_return tidings::response(204);
}
// [/valid-until]

// [basic]
tidings::admission ask_password(std::string const& credentials, tidings::request& asked)
{
    if (!tidings::equal_in_constant_time(asked.header("Authorization"), "Basic " + credentials))
        return tidings::admission::unauthenticated;
    asked.set_principal("ada");
    return tidings::admission::granted;
}
// [/basic]

tidings::stream_handler customers_only(tidings::stream_handler next);

void serve(std::set<std::string> const& known_tokens)
{
    tidings::server_options options;
    // [ends]
    options.on_stream_end = tidings::log_requests([](std::string_view line) { fmt::print("{}\n", line); });
    // [/ends]

    // [error-hook]
    options.on_handler_error = [](std::exception_ptr, tidings::request const&) {
        return tidings::event_text({.type = "failure", .data = "something went wrong; we are on it"});
    };
    tidings::server server(std::move(options));
    // [/error-hook]

    // [checks]
    server.check(tidings::check_host({"app.example", "localhost"}));
    server.check(tidings::cors({.origins = {"https://partner.example"}, .credentials = true}));
    server.check("/builds", tidings::authenticate([&known_tokens](tidings::request const& asked) {
                     bool const known = known_tokens.contains(std::string(asked.cookie("session")));
                     return known ? tidings::admission::granted : tidings::admission::unauthenticated;
                 }));
    // [/checks]

    // [basic-check]
    std::string const ada_secret = "YWRhOnNlY3JldA=="; // printf ada:secret | base64
    server.check("/admin",
                 tidings::authenticate(std::bind_front(ask_password, ada_secret), "Basic realm=\"admin\""));
    // [/basic-check]

    std::map<std::string, user, std::less<>> users;
    server.get("/hello", say_hello, {.checks = {std::bind_front(find_user, std::cref(users))}});

    // [renew-route]
    server.check("/account", read_token);
    server.get("/account/events", send_telemetry, {.expiry_notice = 30s}); // says `tidings-expiring` before
    server.post("/account/renew", std::bind_front(renew, std::ref(server)));
    // [/renew-route]

    // [of-one-route]
    server.use("/pictures", customers_only);
    server.post("/pictures", keep_picture,
                {.body_bytes = 20 * 1024 * 1024, .checks = {tidings::check_origin({"https://app.example"})}});
    server.get("/telemetry", send_telemetry, {.keep_alive = 5s, .on_half_close = tidings::half_close::keep});
    // [/of-one-route]

    build_list builds;
    // [routes]
    server.get("/builds/{id}/events", std::bind_front(build_log, std::cref(builds)));
    // [/routes]
}

void serve_those_who_half_close()
{
    // [half-close]
    // Handlers go on until their answer is refused.
    tidings::server server({.on_half_close = tidings::half_close::keep});
    // [/half-close]
}

void serve_users()
{
    // [per-principal]
    tidings::server server({.port = 8080},
                           {.per_principal = {.streams = 10, .openings_per_second = 1, .burst = 10}});
    // [/per-principal]
}

// [own-check]
std::optional<tidings::response> refuse_frames(tidings::request const&, tidings::headers& of_the_answer)
{
    of_the_answer.set("Content-Security-Policy", "frame-ancestors 'none'"); // on whatever answer there is
    of_the_answer.set("X-Content-Type-Options", "nosniff");
    return std::nullopt; // go on
}
// [/own-check]

std::string customer_of(std::string const& token)
{
    return token;
}

// [waiting-middleware]
asio::awaitable<void> ask_database(tidings::stream_handler const& next, tidings::context ctx,
                                   tidings::request& request, tidings::event_stream& out)
{
    std::string const token(tidings::bearer_token(request));
    auto const name = co_await tidings::run_blocking(ctx, customer_of, token);
    if (!name || name->empty()) {
        co_await out.reject(401, "who are you?\n");
        co_return;
    }
    request.set_principal(*name);
    co_await next(ctx, request, out);
}

tidings::stream_handler customers_only(tidings::stream_handler next)
{
    return std::bind_front(ask_database, std::move(next));
}
// [/waiting-middleware]

// [files]
asio::awaitable<tidings::response> send_page(tidings::context, tidings::request const& request)
{
    co_return tidings::response::file_below("/srv/pages", request.param("name"));
}
// [/files]

void adopt_encrypted(tidings::server& server, asio::ip::tcp::socket client, std::string already_read,
                     tidings::endpoint const& with_tls)
{
    // [adopt-tls]
    server.adopt(std::move(client), std::move(already_read),
                 with_tls); // tidings::endpoint{.tls = certificates}
    // [/adopt-tls]
}
