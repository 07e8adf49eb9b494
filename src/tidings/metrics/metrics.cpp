// SPDX-License-Identifier: BSL-1.0
#include <tidings/metrics/detail/ended_requests.hpp>
#include <tidings/metrics/detail/series.hpp>
#include <tidings/metrics/metrics.hpp>

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asio = boost::asio;

namespace tidings {

/// What the handles of one `metrics` share. Safe from any thread.
class detail::metrics_state
{
public:
    /// What a registry, or a topic that stands alone, says when it is asked.
    using source = std::function<internal::hub_figures()>;

    ended_requests ended;
    std::function<std::optional<internal::server_figures>()> server;

    void add(source topics)
    {
        std::lock_guard const guard(lock_);
        sources_.push_back(std::move(topics));
    }

    std::string text(text_format as) const
    {
        exposition out(as);
        if (auto const figures = server()) {
            write_build(out, *figures);
            write_server(out, *figures, std::chrono::system_clock::now());
        }
        ended.write_to(out);
        std::lock_guard const guard(lock_);
        internal::hub_figures all;
        for (source const& each : sources_)
            merge(all, each());
        if (!sources_.empty())
            write_hub(out, all);
        return std::move(out).end();
    }

private:
    mutable std::mutex lock_;
    std::vector<source> sources_;
};

namespace {

asio::awaitable<response> answer(std::shared_ptr<detail::metrics_state const> of, detail::text_format as)
{
    co_return response::bytes(of->text(as), std::string(detail::content_type(as)))
        .with_header("Vary", "Accept");
}

} // namespace

metrics::metrics(server& of) : state_(std::make_shared<detail::metrics_state>())
{
    state_->server =
        internal::observe(of, [state = state_](stream_end const& over) { state->ended.add(over); });
}

metrics::metrics(server& of, topic_registry topics) : metrics(of)
{
    add(std::move(topics));
}

metrics& metrics::add(topic_registry topics)
{
    internal::time_deliveries(topics);
    state_->add([topics = std::move(topics)] { return internal::figures_of(topics); });
    return *this;
}

metrics& metrics::add(topic alone)
{
    (void)internal::figures_of(alone); // throws for one that cannot be counted
    internal::time_deliveries(alone);
    state_->add([alone = std::move(alone)] { return internal::figures_of(alone); });
    return *this;
}

asio::awaitable<response> metrics::operator()(context const&, request const& asked) const
{
    return answer(state_, detail::preferred_format(asked.header("Accept")));
}

} // namespace tidings
