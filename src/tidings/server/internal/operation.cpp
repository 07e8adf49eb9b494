// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/engine.hpp>
#include <tidings/server/internal/operation.hpp>

namespace tidings::internal {

operation::operation(server& of) : of_(access::engine(of).weak_from_this()) {}

std::vector<boost::asio::any_io_executor> operation::loops() const
{
    std::vector<boost::asio::any_io_executor> all;
    if (auto const engine = of_.lock())
        for (auto const& each : engine->loops())
            all.emplace_back(each->io.get_executor());
    return all;
}

std::uint64_t operation::streams() const
{
    auto const engine = of_.lock();
    return engine ? engine->shared->stats().streams : 0;
}

void operation::log(log_level level, std::string_view message) const
{
    if (auto const engine = of_.lock())
        engine->shared->log(level, message);
}

std::vector<int> operation::listening() const
{
    std::vector<int> all;
    if (auto const engine = of_.lock())
        for (auto const& each : engine->listeners())
            if (each->socket().is_open())
                all.push_back(each->socket().descriptor());
    return all;
}

void operation::accept(bool is_wanted) const
{
    if (auto const engine = of_.lock())
        for (auto const& each : engine->listeners())
            is_wanted ? each->start() : each->pause();
}

void operation::hand_over() const
{
    auto const engine = of_.lock();
    if (!engine)
        return;
    for (auto const& each : engine->listeners())
        each->socket().leave_file();
    engine->stop_listening(); // whom it has sent to other loops is there before the drain begins
    engine->stop();
}

} // namespace tidings::internal
