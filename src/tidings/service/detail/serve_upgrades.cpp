// SPDX-License-Identifier: BSL-1.0
#include <tidings/service/detail/unit_state.hpp>
#include <tidings/wait/bind.hpp>
#include <tidings/wait/run_blocking.hpp>
#include <tidings/wait/spawn.hpp>

#include <boost/asio/deferred.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>

#include <fmt/format.h>

#include <exception>
#include <utility>

namespace asio = boost::asio;

namespace tidings::detail {

namespace {

// Of a process that clients wait for, since this one has released what only one may have.
constexpr auto time_to_serve = std::chrono::seconds(30);

// A socket whose input a task waits for. Asio lets go of it before it is closed: the kernel would go on
// watching a socket that another process has too.
class watched_socket
{
public:
    watched_socket(asio::any_io_executor const& on, internal::stream_socket socket)
        : socket_(on, socket.release())
    {}
    ~watched_socket() { internal::stream_socket(socket_.release()); }
    watched_socket(watched_socket const&) = delete;
    watched_socket& operator=(watched_socket const&) = delete;

    int descriptor() { return socket_.native_handle(); }
    auto input(context const& ctx, boost::system::error_code& error)
    {
        return socket_.async_wait(asio::posix::descriptor_base::wait_read,
                                  tidings::bind(ctx, asio::redirect_error(asio::deferred, error)));
    }

private:
    asio::posix::stream_descriptor socket_;
};

// The next message; nothing when the peer or the context has ended.
asio::awaitable<std::optional<internal::message>> next_message(context ctx, watched_socket& from)
{
    for (;;) {
        boost::system::error_code error;
        co_await from.input(ctx, error);
        if (error)
            co_return std::nullopt;
        auto given = internal::receive_message(from.descriptor());
        if (given.received || given.is_over)
            co_return std::move(given.received);
    }
}

void call(std::function<void()> const& given)
{
    if (given)
        given();
}

// One process that is to replace this one.
class successor
{
public:
    successor(context ctx, asio::any_io_executor const& on, shared_unit unit, internal::caller called,
              int upgrades)
        : ctx_(std::move(ctx)), unit_(std::move(unit)), process_(called.process), upgrades_(upgrades),
          socket_(on, std::move(called.socket))
    {}

    pid_t process() const noexcept { return process_; }

    // Comes back when it is over: this process has handed over, or the other one is gone.
    asio::awaitable<void> serve()
    {
        auto sockets = unit_->server->listening();
        sockets.push_back(upgrades_);
        bool is_there = internal::send_message(socket_.descriptor(), upgrade_message::sockets, sockets);
        while (is_there) {
            auto const limited = with_timeout(ctx_, has_released_ ? time_to_serve : duration::max());
            auto const asked = co_await next_message(limited, socket_);
            if (!asked)
                break;
            if (asked->text == upgrade_message::serving)
                co_return hand_over();
            if (asked->text == upgrade_message::release)
                is_there = co_await release();
        }
        co_await give_up();
    }

private:
    void hand_over()
    {
        unit_->is_handed_over = true;
        unit_->server->log(log_level::info, fmt::format("the process {} serves from now on", process_));
        unit_->server->hand_over();
        (void)internal::send_message(socket_.descriptor(), upgrade_message::yours);
    }

    // What comes meanwhile waits in the kernel for whichever process goes on.
    asio::awaitable<bool> release()
    {
        unit_->server->accept(false);
        has_released_ = true;
        std::string answer(upgrade_message::released);
        try {
            co_await run_blocking(ctx_, &call, unit_->release);
        } catch (std::exception const& failure) {
            answer = std::string(upgrade_message::refusal)
                         .append(failure.what())
                         .substr(0, internal::longest_message);
        }
        co_return internal::send_message(socket_.descriptor(), answer);
    }

    asio::awaitable<void> give_up()
    {
        if (ctx_.is_done())
            co_return;
        unit_->server->log(log_level::warning,
                           fmt::format("the process {}, which was to replace this one, does not come to "
                                       "serve; this one goes on",
                                       process_));
        if (!has_released_)
            co_return;
        try {
            co_await run_blocking(ctx_, &call, unit_->reclaim);
        } catch (std::exception const& failure) {
            unit_->server->log(log_level::error,
                               fmt::format("what was released for an upgrade that failed does not come back: "
                                           "{}; restart this process",
                                           failure.what()));
        }
        unit_->server->accept(true);
    }

    context const ctx_;
    shared_unit const unit_;
    pid_t const process_;
    int const upgrades_;
    watched_socket socket_;
    bool has_released_ = false;
};

void refuse(internal::caller const& called, std::string_view why)
{
    (void)internal::send_message(called.socket.descriptor(),
                                 std::string(upgrade_message::refusal).append(why));
}

asio::awaitable<void> serve_one(context, std::shared_ptr<std::shared_ptr<successor>> current)
{
    co_await (*current)->serve();
    current->reset();
}

// Comes back once the predecessor accepts nobody any more. One that has ended by itself may have taken the
// file of the socket for upgrades along.
asio::awaitable<void> end_predecessor(context ctx, shared_unit unit)
{
    asio::any_io_executor const on = co_await asio::this_coro::executor;
    watched_socket old(on, unit->before->take_socket());
    std::optional<internal::message> answer;
    if (internal::send_message(old.descriptor(), upgrade_message::serving))
        answer = co_await next_message(ctx, old);
    if (answer || ctx.is_done())
        co_return;
    unit->upgrades = {};
    unit->upgrades = internal::listen_at(unit->upgrade_socket);
}

} // namespace

asio::awaitable<void> serve_upgrades(context ctx, shared_unit unit)
{
    if (unit->before)
        co_await end_predecessor(ctx, unit);
    asio::any_io_executor const on = co_await asio::this_coro::executor;
    watched_socket calls(on, std::move(unit->upgrades.socket));
    auto const current = std::make_shared<std::shared_ptr<successor>>();
    for (;;) {
        boost::system::error_code error;
        co_await calls.input(ctx, error);
        if (error)
            break;
        auto called = internal::accept_call(calls.descriptor());
        if (!called)
            continue;
        if (!called->is_same_user)
            refuse(*called, "it runs as another user");
        else if (*current)
            refuse(*called, fmt::format("the process {} is replacing it at this moment; try again later",
                                        (*current)->process()));
        else {
            *current = std::make_shared<successor>(ctx, on, unit, std::move(*called), calls.descriptor());
            spawn(ctx, serve_one, current);
        }
    }
    if (!unit->is_handed_over)
        internal::remove_file(unit->upgrade_socket, unit->upgrades.file);
}

} // namespace tidings::detail
