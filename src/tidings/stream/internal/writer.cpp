// SPDX-License-Identifier: BSL-1.0
#include <tidings/stream/internal/writer.hpp>
#include <tidings/wait/internal/tasks.hpp>

#include <boost/asio/query.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace asio = boost::asio;

namespace tidings::internal {

namespace {

block_pool& pool_of(context const& ctx)
{
    return asio::use_service<block_pool>(asio::query(ctx.get_executor(), asio::execution::context));
}

} // namespace

writer::writer(context const& ctx, transport& over, writer_options const& options)
    : loop_timer(home_of(ctx)), over_(over), options_(&options), outbox_(pool_of(ctx)), last_progress_(now())
{}

writer::~writer()
{
    end_feed();
}

void writer::flush()
{
    if (is_waiting_ || is_lost())
        return;
    send_outbox();
}

bool writer::make_room()
{
    if (is_lost())
        return false;
    if (outbox_.size() < options_->queue_bytes)
        return true;
    flush();
    if (outbox_.size() >= options_->queue_bytes && !is_lost())
        over_.cut(cut_reason::queue_overflow);
    return !is_lost();
}

progress::wait_type writer::written() noexcept
{
    constexpr auto never = std::numeric_limits<std::uint64_t>::max();
    return wait_for(is_lost() ? never : reached() + outbox_.size());
}

void writer::send_outbox()
{
    while (!outbox_.is_empty()) {
        piece_list pieces;
        outbox_.gather(pieces);
        auto const result = over_.write(pieces);
        if (result.is_gone)
            return lose();
        if (result.taken == 0)
            return wait_until_writable();
        outbox_.consume(result.taken);
        account(result.taken);
    }
}

std::size_t writer::write_through(std::span<asio::const_buffer const> pieces)
{
    pieces = pieces.first(std::min(pieces.size(), gather_limit));
    if (outbox_.is_empty()) // nearly always: there is nothing to gather
        return is_waiting_ || is_lost() ? 0 : offer(pieces);

    piece_list offered;
    outbox_.gather(offered);
    if (asio::buffer_size(offered) < outbox_.size()) { // more than one write holds
        flush();
        offered.clear();
        outbox_.gather(offered);
    }
    if (is_waiting_ || is_lost())
        return 0;
    std::size_t const own = outbox_.size();
    offered.insert(offered.end(), pieces.begin(), pieces.end());
    std::size_t const taken = offer(offered);
    outbox_.consume(std::min(taken, own));
    return taken - std::min(taken, own);
}

// The number of bytes that were taken at once. Waits for room when some were not.
std::size_t writer::offer(std::span<asio::const_buffer const> pieces)
{
    auto const result = over_.write(pieces);
    if (result.is_gone) {
        lose();
        return 0;
    }
    account(result.taken);
    if (result.taken < asio::buffer_size(pieces))
        wait_until_writable();
    return result.taken;
}

void writer::account(std::size_t taken)
{
    if (taken == 0)
        return;
    last_progress_ = now();
    advance(taken);
}

void writer::wait_until_writable()
{
    if (std::exchange(is_waiting_, true))
        return;
    last_progress_ = now();
    if (options_->write_timeout > duration::zero()) {
        patience_.earn(taken_by_peer(), options_->least_rate);
        set(later(last_progress_, patience_.left(options_->write_timeout)));
    }
    over_.await_writable();
}

void writer::on_writable()
{
    is_waiting_ = false;
    if (is_lost())
        return;
    patience_.spend(now() - last_progress_);
    send_outbox();
    if (!is_waiting_ && !is_lost() && feed_)
        feed_->refill();
    if (!is_waiting_ && !is_lost() && is_kept_alive_ && options_->keep_alive > duration::zero())
        set(silence_ends());
}

void writer::lose()
{
    if (is_lost())
        return;
    clear();
    outbox_.clear();
    is_kept_alive_ = false;
    progress::end();
    end_feed();
    over_.lost();
}

void writer::end_feed()
{
    if (feed* const told = std::exchange(feed_, nullptr))
        told->stream_ended();
}

void writer::keep_alive()
{
    if (std::exchange(is_kept_alive_, true) || is_waiting_ || options_->keep_alive <= duration::zero())
        return;
    last_progress_ = now();
    set(silence_ends());
}

// When the next comment is due: a little early, at an instant that other streams have in common. Many idle
// streams then wake the loop a few times a second, and not once for each comment.
time_point writer::silence_ends() const noexcept
{
    auto const due = later(last_progress_, options_->keep_alive);
    auto const step = std::max<duration>(options_->keep_alive / 32, duration(1));
    return due - due.time_since_epoch() % step;
}

// The one entry is not moved with each write: it is looked at when it falls due, and set anew if it was
// early.
void writer::on_time()
{
    if (is_waiting_)
        check_write_deadline();
    else if (is_kept_alive_)
        check_silence();
}

void writer::check_write_deadline()
{
    if (options_->write_timeout <= duration::zero())
        return;
    patience_.spend(now() - last_progress_);
    last_progress_ = now();
    patience_.earn(taken_by_peer(), options_->least_rate);
    auto const left = patience_.left(options_->write_timeout);
    left > duration::zero() ? set(later(last_progress_, left)) : over_.cut(cut_reason::write_timeout);
}

// The kernel may hold much, and make room seldom: a slow peer takes something long before we may write again.
std::uint64_t writer::taken_by_peer() const noexcept
{
    std::uint64_t const underway = over_.underway();
    return reached() - std::min(underway, reached());
}

void writer::check_silence()
{
    bool const is_silent = silence_ends() <= now();
    if (is_silent)
        last_progress_ = now();
    set(silence_ends());
    on_interval(is_silent);
}

} // namespace tidings::internal
