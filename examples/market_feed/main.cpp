// SPDX-License-Identifier: BSL-1.0
// Prices of 500 symbols, five thousand changes a second. A client gets the newest price of each symbol that
// it asks for, and then each change; one that is slow skips what is out of date.
//
//     curl -N 'http://127.0.0.1:8080/prices?symbol=AAAA&symbol=AAAB'     these two
//     curl -N 'http://127.0.0.1:8080/prices?prefix=AAB'                  all that begin so
//     curl -d 99.5 http://127.0.0.1:8080/prices/AAAA                     a price from elsewhere
#include <tidings/tidings.hpp>

#include "../example.hpp"

#include <boost/asio/awaitable.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t symbols = 500;
constexpr std::size_t changes_a_tick = 50;
constexpr auto tick_length = 10ms;

// AAAA, AAAB, and so on.
std::string symbol_name(std::size_t number)
{
    std::string name(4, 'A');
    for (auto digit = name.rbegin(); digit != name.rend(); ++digit, number /= 26)
        *digit = static_cast<char>('A' + number % 26);
    return name;
}

// [market]
/// The newest price of each symbol. Its topic keeps the newest event of each key, so that is also what a
/// client gets first. Everything happens on the loop of the server.
class market
{
public:
    market()
    {
        for (std::size_t i = 0; i < symbols; ++i)
            set(symbol_name(i), 100.0);
    }

    void set(std::string const& symbol, double price)
    {
        auto& [latest, trades] = quotes_[symbol];
        latest = price;
        ++trades;
        prices.publish(symbol, {.type = "price",
                                .data = fmt::format(R"({{"symbol":"{}","price":{:.2f},"trade":{}}})", symbol,
                                                    price, trades)});
    }

    /// One of the symbols, up or down by up to one percent.
    void move()
    {
        std::uniform_int_distribution<std::size_t> any(0, symbols - 1);
        std::uniform_real_distribution<double> step(0.99, 1.01);
        auto const symbol = symbol_name(any(random_));
        set(symbol, std::max(0.01, quotes_.at(symbol).price * step(random_)));
    }

    [[nodiscard]] bool has(std::string_view symbol) const { return quotes_.contains(symbol); }

    tidings::topic prices{{.max_events = 2 * symbols, .overflow = tidings::overflow::keep_latest}};

private:
    struct quote
    {
        double price = 0;
        std::uint64_t trades = 0;
    };

    std::map<std::string, quote, std::less<>> quotes_;
    std::minstd_rand random_{std::random_device()()};
};

// Stands for a connection to an exchange.
asio::awaitable<void> trade(tidings::context ctx, market* exchange)
{
    tidings::ticker next(tick_length);
    while (co_await next.tick(ctx))
        for (std::size_t i = 0; i < changes_a_tick; ++i)
            exchange->move();
}
// [/market]

// [follow]
// Looks at the key of each event, which is the symbol and is not sent.
tidings::event_filter wanted(std::vector<std::string> names, std::string prefix)
{
    if (names.empty() && prefix.empty())
        return {};
    return [names = std::move(names), prefix = std::move(prefix)](tidings::event_text const&,
                                                                  std::string_view symbol) {
        return std::ranges::find(names, symbol) != names.end() ||
               (!prefix.empty() && symbol.starts_with(prefix));
    };
}

asio::awaitable<void> follow(market const& exchange, tidings::context, tidings::request const& request,
                             tidings::event_stream& out)
{
    auto names = request.query_all("symbol");
    auto const unknown = std::ranges::find_if(names, [&](auto const& name) { return !exchange.has(name); });
    if (unknown != names.end())
        co_await out.reject(404, "there is no such symbol\n");
    else
        exchange.prices.attach(out, tidings::from_oldest(),
                               wanted(std::move(names), request.query("prefix")));
}
// [/follow]

std::optional<double> parse_price(std::string_view text)
{
    double price = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), price);
    bool const is_price =
        error == std::errc() && end == text.data() + text.size() && std::isfinite(price) && price > 0;
    return is_price ? std::optional(price) : std::nullopt;
}

asio::awaitable<tidings::response> set_price(market& exchange, tidings::context,
                                             tidings::request const& request)
{
    auto const symbol = request.param("symbol");
    auto const price = parse_price(request.body());
    if (!exchange.has(symbol))
        co_return tidings::response::text("there is no such symbol\n", 404);
    if (!price)
        co_return tidings::response::text("the body is to be a price, such as 99.5\n", 400);
    exchange.set(symbol, *price);
    co_return tidings::response(204);
}

} // namespace

int main(int argc, char** argv)
{
    market exchange;
    tidings::server server({.port = example::port(argc, argv)});
    server.check(tidings::check_local_host());
    server.get("/prices", std::bind_front(follow, std::cref(exchange)));
    server.post("/prices/{symbol}", std::bind_front(set_price, std::ref(exchange)));
    server.start();
    server.spawn(trade, &exchange);
    example::run(server);
}
