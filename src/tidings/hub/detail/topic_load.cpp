// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/registry_state.hpp>
#include <tidings/hub/detail/store_link.hpp>
#include <tidings/hub/detail/topic_load.hpp>
#include <tidings/hub/detail/topic_state.hpp>

#include <fmt/format.h>

#include <chrono>
#include <stdexcept>
#include <utility>

namespace tidings::detail {

topic_load::topic_load(std::shared_ptr<topic_state> topic, bool is_first)
    : topic_(std::move(topic)), is_first_(is_first)
{}

// Who asks keeps neither this nor the registry: a store that does not answer would keep both, and itself.
void topic_load::start()
{
    auto const answer = [self = weak_from_this(), of = topic_->stored()->link()->weak_store(),
                         name = topic_->name()](topic_store::opened const& got) {
        if (auto const load = self.lock())
            load->on_opened(got);
        else if (auto const store = of.lock(); store && !got.error)
            store->close(name);
    };
    try {
        topic_->stored()->link()->store().open(topic_->name(), topic_->options(), answer);
    } catch (...) {
        finish(std::current_exception());
    }
}

void topic_load::on_opened(topic_store::opened const& got)
{
    if (got.error)
        return finish(got.error);
    order const* numbers = nullptr;
    {
        registry_state::section const locked(*topic_->registry());
        has_opened_ = true;
        numbers = topic_->stored()->on_opened(got.newest);
    }
    if (!numbers)
        return finish(std::make_exception_ptr(
            std::runtime_error(fmt::format("tidings: {} gives the topic \"{}\" an impossible epoch or "
                                           "number; it is damaged, or breaks its contract (see topic_store)",
                                           topic_->stored()->link()->store().name(), topic_->name()))));
    restoring_.emplace(numbers->epoch, got.newest);
    if (got.newest == 0)
        return finish({});
    read_on();
}

void topic_load::read_on()
{
    auto const answer = [self = weak_from_this()](topic_store::page const& got) {
        if (auto const load = self.lock())
            load->on_page(got);
    };
    try {
        topic_->stored()->link()->store().read(topic_->name(), restoring_->after(), restoring_->through(),
                                               answer);
    } catch (...) {
        finish(std::current_exception());
    }
}

void topic_load::on_page(topic_store::page const& got)
{
    if (got.error)
        return finish(got.error);
    bool const is_last = got.is_last || got.events.empty();
    std::uint64_t const before = restoring_->after();
    auto ready = restoring_->take(got, topic_->registry()->now(), std::chrono::system_clock::now());
    {
        registry_state::section const locked(*topic_->registry());
        restoring_->add(std::move(ready), topic_->events());
    }
    if (is_last || restoring_->after() == before) // a store that never comes to an end
        finish({});
    else
        read_on();
}

std::shared_ptr<topic_load> topic_load::again()
{
    auto next = std::make_shared<topic_load>(topic_, is_first_);
    next->waiters_ = std::move(waiters_);
    topic_->stored()->begin_anew();
    return next;
}

void topic_load::finish(std::exception_ptr error)
{
    registry_state& registry = *topic_->registry();
    store_link& link = *topic_->stored()->link();
    std::vector<when_opened> waiters;
    {
        auto const self = shared_from_this(); // the registry gives it up
        registry_state::section locked(registry);
        waiters = std::move(waiters_);
        link.end_load(*this, topic_->name());
        try {
            if (!error && restoring_)
                topic_->stored()->finish_restoring(*restoring_);
            if (!error && is_first_)
                registry.insert(topic_, locked);
        } catch (...) {
            error = std::current_exception();
        }
        topic_->stored()->end_load(!error);
        if (!error)
            for (told_event& each : held_)
                (void)link.accept(*topic_, std::move(each), locked);
    }
    if (auto const news = news_of(error != nullptr); !news.empty())
        registry.say(log_level::warning, news);
    for (auto const& each : waiters)
        each({.found = error ? nullptr : topic_, .error = error});
}

std::string topic_load::news_of(bool has_failed) const
{
    if (has_failed && !is_first_)
        return fmt::format("{}: the topic \"{}\" could not be opened again after the store had started a new "
                           "life; it cannot be followed until it has been",
                           topic_->stored()->link()->store().name(), topic_->name());
    if (has_failed || !restoring_ || restoring_->unreadable == 0)
        return {};
    return fmt::format("{}: {} events of the topic \"{}\" are damaged and left out, and clients that resume "
                       "from before them get a reset; restore a copy. The first: {}",
                       topic_->stored()->link()->store().name(), restoring_->unreadable, topic_->name(),
                       restoring_->first_fault);
}

} // namespace tidings::detail
