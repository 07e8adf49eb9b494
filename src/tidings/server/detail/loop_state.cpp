// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/response_head.hpp>
#include <tidings/server/detail/connection.hpp>
#include <tidings/server/detail/loop_state.hpp>

#include <utility>

namespace tidings::detail {

loop_state::loop_state(boost::asio::io_context& loop, std::shared_ptr<shared_state> all, std::uint64_t seed)
    : io(loop), shared(std::move(all)), root(context::root(io.get_executor())), random(seed),
      sockets(std::make_shared<socket_watch>(io))
{}

loop_state::~loop_state() = default;

std::string_view loop_state::date()
{
    auto const now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (std::exchange(date_made_, now) != now)
        http_date(now).copy(date_.data(), date_.size());
    return {date_.data(), date_.size()};
}

std::unique_ptr<request_parser> loop_state::take_parser()
{
    if (parsers_.empty()) {
        auto const& options = shared->options;
        return std::make_unique<request_parser>(
            parser_limits{.head = options.head_bytes, .body = options.body_bytes});
    }
    auto taken = std::move(parsers_.back());
    parsers_.pop_back();
    return taken;
}

void loop_state::give_back(std::unique_ptr<request_parser> parser)
{
    if (!parser || parsers_.size() == kept_parsers)
        return;
    parser->reset();
    parsers_.push_back(std::move(parser));
}

void loop_state::enter(connection& added) noexcept
{
    added.next_ = first_;
    if (first_)
        first_->previous_ = &added;
    first_ = &added;
}

void loop_state::leave(connection& gone) noexcept
{
    (gone.previous_ ? gone.previous_->next_ : first_) = gone.next_;
    if (gone.next_)
        gone.next_->previous_ = gone.previous_;
    if (is_draining && is_empty())
        (void)emptied.try_send();
}

std::vector<boost::intrusive_ptr<connection>> loop_state::connections() const
{
    std::vector<boost::intrusive_ptr<connection>> all;
    for (connection* at = first_; at; at = at->next_)
        all.emplace_back(at);
    return all;
}

} // namespace tidings::detail
