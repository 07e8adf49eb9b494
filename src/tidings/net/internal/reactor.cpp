// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/internal/reactor.hpp>

#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <cerrno>

namespace tidings::internal {

namespace {

int make_epoll()
{
    int const made = ::epoll_create1(EPOLL_CLOEXEC);
    if (made < 0)
        throw boost::system::system_error(errno, boost::system::system_category(),
                                          "tidings: cannot make an epoll instance for a server's loop");
    return made;
}

} // namespace

reactor::reactor(boost::asio::io_context& io)
    : internal::loop_call(boost::asio::any_io_executor(io.get_executor())), epoll_(io, make_epoll())
{
    require_one_thread();
}

bool reactor::add(int descriptor, user& of)
{
    return add(descriptor, of, EPOLLIN | EPOLLRDHUP | EPOLLET);
}

void reactor::watch_writing(int descriptor, user& of) noexcept
{
    // The system looks anew, so room that there is by now is told too.
    (void)control(EPOLL_CTL_MOD, descriptor, of, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
}

bool reactor::add_listening(int descriptor, user& of)
{
    return add(descriptor, of, EPOLLIN);
}

bool reactor::add(int descriptor, user& of, std::uint32_t events)
{
    if (!control(EPOLL_CTL_ADD, descriptor, of, events))
        return false;
    if (!is_waiting_)
        wait();
    return true;
}

bool reactor::control(int operation, int descriptor, user& of, std::uint32_t events) noexcept
{
    epoll_event what{};
    what.events = events;
    what.data.ptr = &of;
    return ::epoll_ctl(epoll_.native_handle(), operation, descriptor, &what) == 0;
}

void reactor::remove(int descriptor, user& of) noexcept
{
    // Closing alone would not do: a child process that is just being started holds a copy for a moment.
    epoll_event ignored{};
    (void)::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_DEL, descriptor, &ignored);
    for (int i = next_; i < batch_size_; ++i)
        if (batch_[static_cast<std::size_t>(i)].data.ptr == &of)
            batch_[static_cast<std::size_t>(i)].data.ptr = nullptr;
}

void reactor::stop() noexcept
{
    is_waiting_ = false;
    boost::system::error_code ignored;
    epoll_.cancel(ignored);
}

void reactor::wait()
{
    is_waiting_ = true;
    auto const on_ready = [self = shared_from_this()](boost::system::error_code error) {
        if (error || !self->is_waiting_)
            return;
        struct waits_again // also when something is thrown; comes back at once when the batch was not all
        {
            ~waits_again()
            {
                if (of.is_waiting_)
                    of.wait();
            }
            reactor& of;
        };
        waits_again const after{*self};
        self->call_in_turn();
    };
    epoll_.async_wait(boost::asio::posix::descriptor_base::wait_read, on_ready);
}

void reactor::on_turn()
{
    if (next_ == batch_size_) {
        int const found =
            ::epoll_wait(epoll_.native_handle(), batch_.data(), static_cast<int>(batch_.size()), 0);
        next_ = 0;
        batch_size_ = found > 0 ? found : 0;
    }
    struct rest_in_another_turn // when something is thrown: the system does not tell of it again
    {
        ~rest_in_another_turn()
        {
            if (of.next_ != of.batch_size_)
                boost::asio::post(of.epoll_.get_executor(),
                                  [self = of.shared_from_this()] { self->call_in_turn(); });
        }
        reactor& of;
    };
    rest_in_another_turn const after{*this};
    while (next_ != batch_size_) {
        auto const [events, data] = batch_[static_cast<std::size_t>(next_++)];
        if (!data.ptr)
            continue;
        static_cast<user*>(data.ptr)->on_ready({.can_read = (events & EPOLLIN) != 0,
                                                .can_write = (events & EPOLLOUT) != 0,
                                                .has_ended = (events & EPOLLRDHUP) != 0,
                                                .has_hung_up = (events & (EPOLLERR | EPOLLHUP)) != 0});
    }
}

} // namespace tidings::internal
