// SPDX-License-Identifier: BSL-1.0
#include <tidings/testing/detail/memory_run.hpp>
#include <tidings/testing/stream.hpp>

#include <boost/asio/post.hpp>

#include <limits>
#include <string_view>
#include <utility>

namespace asio = boost::asio;

namespace tidings::testing {

stream::stream(virtual_time& time, handler answer, request asked)
    : stream(time, std::move(answer), std::move(asked), server_options{})
{}

stream::stream(virtual_time& time, handler answer, request asked, server_options options)
    : time_(time),
      run_(new detail::memory_run(time.loop(), std::move(answer), std::move(asked), std::move(options))),
      parser_(std::numeric_limits<std::size_t>::max())
{
    parser_.on_comment([this](std::string_view text) { comments_.emplace_back(text); });
    on_loop([run = run_] { run->start(); });
}

stream::~stream()
{
    try {
        reset();
    } catch (...) { // NOLINT(bugprone-empty-catch): what leaves the loop now has nobody to look at it
    }
}

void stream::on_loop(std::function<void()> action)
{
    asio::post(time_.loop(), std::move(action));
    time_.run_until_idle();
}

// What has come

std::optional<received_head> const& stream::head() const noexcept
{
    return run_->head();
}

void stream::parse()
{
    std::string_view bytes = std::string_view(text()).substr(parsed_);
    parsed_ = text().size();
    while (auto event = parser_.next(bytes))
        if (event->type() != "tidings-place")
            events_.push_back(std::move(*event));
}

std::vector<received_event> const& stream::events()
{
    parse();
    return events_;
}

std::optional<received_event> stream::next_event()
{
    parse();
    if (next_ == events_.size())
        return std::nullopt;
    return events_[next_++];
}

std::string const& stream::last_event_id()
{
    parse();
    return parser_.last_event_id();
}

std::vector<std::string> const& stream::comments()
{
    parse();
    return comments_;
}

std::string const& stream::text() const noexcept
{
    return run_->text();
}

std::optional<response> const& stream::answer() const noexcept
{
    return run_->answer();
}

// What the client and the server do

void stream::leave()
{
    on_loop([run = run_] { run->leave(); });
}

void stream::half_close()
{
    on_loop([run = run_] { run->half_close(); });
}

void stream::reset()
{
    on_loop([run = run_] { run->reset(); });
}

void stream::vanish()
{
    on_loop([run = run_] { run->vanish(); });
}

void stream::stop_reading(std::size_t after_bytes)
{
    on_loop([run = run_, after_bytes] { run->set_capacity(after_bytes); });
}

void stream::resume_reading()
{
    stop_reading(detail::memory_run::unlimited);
}

void stream::stop_server()
{
    on_loop([run = run_] { run->stop_server(); });
}

// How it ended

bool stream::is_over() const noexcept
{
    return run_->is_over();
}

end_reason stream::reason() const noexcept
{
    return run_->get_context().reason();
}

std::exception_ptr stream::failure() const noexcept
{
    return run_->failure();
}

std::optional<cut_reason> stream::why_cut() const noexcept
{
    return run_->why_cut();
}

bool stream::is_abandoned() const noexcept
{
    return run_->is_abandoned();
}

} // namespace tidings::testing
