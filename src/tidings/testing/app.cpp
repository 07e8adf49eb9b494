// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/internal/in_memory.hpp>
#include <tidings/testing/app.hpp>

#include <boost/asio/post.hpp>

#include <utility>

namespace tidings::testing {

memory_client::memory_client(virtual_time& time, std::shared_ptr<detail::memory_link> link)
    : time_(time), link_(std::move(link)), parser_(std::string::npos)
{
    time_.run_until_idle();
}

memory_client::~memory_client()
{
    try {
        if (link_)
            reset();
    } catch (...) { // NOLINT(bugprone-empty-catch): what leaves the loop now has nobody to look at it
    }
}

void memory_client::on_loop(std::function<void(detail::memory_link&)> const& action)
{
    boost::asio::post(time_.loop(), [action, link = link_] { action(*link); });
    time_.run_until_idle();
}

void memory_client::parse()
{
    parser_.on_comment([this](std::string_view text) { comments_.emplace_back(text); });
    std::string_view bytes = std::string_view(text()).substr(parsed_);
    parsed_ = text().size();
    while (auto event = parser_.next(bytes))
        if (event->type() != "tidings-place")
            events_.push_back(std::move(*event));
}

std::vector<received_event> const& memory_client::events()
{
    parse();
    return events_;
}

std::optional<received_event> memory_client::next_event()
{
    parse();
    if (next_ == events_.size())
        return std::nullopt;
    return events_[next_++];
}

std::string const& memory_client::last_event_id()
{
    parse();
    return parser_.last_event_id();
}

std::vector<std::string> const& memory_client::comments()
{
    parse();
    return comments_;
}

memory_client app::send(request const& asked)
{
    if (!probes_)
        probes_ = internal::start_in_memory(served_, time_.loop());
    auto const link = std::make_shared<detail::memory_link>(time_.loop(), asked, *probes_);
    internal::serve_in_memory(served_, detail::memory_link::silent_descriptor(), *link, link->peer());
    boost::asio::post(time_.loop(), [link] {}); // lives until it is served, whatever is thrown before
    return memory_client(time_, link);
}

} // namespace tidings::testing
