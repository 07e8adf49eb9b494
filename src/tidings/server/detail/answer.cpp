// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/answer.hpp>
#include <tidings/server/detail/connection.hpp>

#include <boost/asio/post.hpp>

#include <fmt/format.h>

namespace tidings::detail {

namespace {

constexpr std::chrono::milliseconds mean_pause_of_expired(2000);

} // namespace

answer::answer(connection& on) : on_(on), out_(on.home().root, *this, on.shared().routes.settings().writing)
{}

answer::~answer()
{
    carried_ = {}; // they know the writer
    exchange_.reset();
}

void answer::start(boost::intrusive_ptr<internal::counted> owner, request asked, reception decided)
{
    out_.use(decided.settings->writing);
    on_half_close_ = decided.settings->on_half_close;
    is_finishing_ = false;
    is_stream_ = false;
    has_end_ = false;
    exchange_ = std::make_unique<exchange>(on_.home(), *this, std::move(asked));
    exchange_->start(std::move(owner), std::move(decided));
}

std::string_view answer::principal() const noexcept
{
    return exchange_ ? exchange_->asked().principal() : carried_.principal();
}

// What happens to it

void answer::end(end_reason why)
{
    // Between the return of the handler and `exchange_ended` a turn of the loop may pass.
    bool const is_fed = !exchange_ || (exchange_->is_attached() && !exchange_->is_running());
    if (!is_fed)
        return exchange_->end(why);
    request_ends(why);
    out_.end_feed();
    finish();
}

// An answer that the handler still gives is written all the same: who has half-closed takes it, and who is
// gone answers with a reset.
void answer::client_left(bool is_gone)
{
    exchange_ ? exchange_->client_left(is_gone) : request_ends(end_reason::client_gone);
}

void answer::abandon(end_reason why)
{
    request_ends(why);
    if (exchange_)
        exchange_->end(why);
}

void answer::full_buffers(std::string_view why)
{
    request_ends(end_reason::client_gone, cut_reason::queue_overflow);
    log_cut(why);
    give_up(end_reason::client_gone, true);
}

void answer::handler_begins(request const&)
{
    if (exchange_)
        exchange_->watch_rights();
}

void answer::renew(std::chrono::system_clock::time_point until)
{
    (exchange_ ? exchange_->open() : carried_).renew(until);
}

// Its client comes back soon, and whether it may go on is for the checks to say.
void answer::rights_end()
{
    advise(draw_pause(mean_pause_of_expired, on_.home().random()));
    end(end_reason::deadline_exceeded);
}

void answer::on_closed()
{
    auto const over = take_carried(); // told of last
    out_.lose();
    if (exchange_ && !exchange_->is_answering())
        let_exchange_go();
}

// What becomes of it

void answer::carry_on()
{
    is_carried_ = true;
    carried_ = std::move(exchange_->open());
    out_.keep_alive_alone();
    auto const finished = std::move(exchange_); // its request and context are not needed any more
    auto const why = finished->get_context().reason();
    // In a drain one that has not been stopped yet waits for its turn.
    if (why == end_reason::deadline_exceeded || why == end_reason::server_stopping ||
        why == end_reason::canceled)
        end(why);
    else if (is_finishing_)
        finish();
}

void answer::request_ends(end_reason why, std::optional<cut_reason> cut)
{
    if (!exchange_ && !is_carried_)
        return;
    (exchange_ ? exchange_->open() : carried_).ends(why, cut);
    bool const is_first = !has_end_;
    has_end_ = true;
    auto& counts = on_.shared().counts;
    if (cut == cut_reason::write_timeout)
        ++counts.write_timeouts;
    else if (cut == cut_reason::queue_overflow)
        ++counts.queue_overflows;
    else if (is_first && why == end_reason::client_gone)
        ++counts.clients_gone;
}

open_request answer::take_carried() noexcept
{
    is_carried_ = false;
    return std::move(carried_);
}

// It may be what has called.
void answer::let_exchange_go()
{
    if (exchange_)
        boost::asio::post(on_.home().io.get_executor(), [over = std::move(exchange_)] {});
}

void answer::feed_failed(std::exception_ptr failure)
{
    on_.shared().log(log_kind::handler_failed, log_level::error,
                     fmt::format("cut {}: a filter failed: {}", what_is_answered(), describe(failure)));
}

void answer::cut(cut_reason why)
{
    request_ends(end_reason::client_gone, why);
    switch (why) {
    case cut_reason::write_timeout:
        log_cut("the client took nothing within the write timeout, or less than the least rate");
        break;
    case cut_reason::queue_overflow:
        log_cut("more was waiting than the queue limit allows");
        break;
    case cut_reason::behind:
        log_cut("it fell behind its topic's history; if even prompt clients are cut, more is published at "
                "once than topic_options::max_events keeps");
        break;
    case cut_reason::handler_failed:
        break;
    }
    give_up(end_reason::client_gone, why == cut_reason::write_timeout || why == cut_reason::queue_overflow);
}

std::optional<std::chrono::milliseconds> answer::new_pause(std::uint8_t& told)
{
    return on_.home().new_pause(told);
}

void answer::log_cut(std::string_view why) const
{
    on_.shared().log(log_kind::cut_stream, log_level::warning,
                     fmt::format("cut {}: {}", what_is_answered(), why));
}

void answer::log_vanished_client() const
{
    on_.shared().log(log_kind::client_vanished, log_level::info,
                     fmt::format("cut {}: its client has vanished", what_is_answered()));
}

std::string answer::what_is_answered() const
{
    std::string_view const kind = is_stream_ ? "stream of" : "answer to";
    std::string_view const which = exchange_ ? exchange_->asked().path() : "that a topic feeds";
    return fmt::format("the {} {} {}", kind, on_.peer().to_string(), which);
}

} // namespace tidings::detail
