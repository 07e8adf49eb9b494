// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/connection.hpp>
#include <tidings/wait/internal/tasks.hpp>

#include <boost/asio/post.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace asio = boost::asio;

namespace tidings::detail {

namespace {

std::uint32_t in_milliseconds(time_point now) noexcept
{
    return static_cast<std::uint32_t>(now.time_since_epoch() / std::chrono::milliseconds(1));
}

} // namespace

connection::connection(std::shared_ptr<loop_state> home, internal::peer_socket socket,
                       internal::peer_address peer, admission given)
    : internal::loop_timer(internal::home_of(home->root)), home_(std::move(home)), socket_(std::move(socket)),
      peer_(peer), is_of_nobody_(shared().is_of_nobody(peer)), admission_(given)
{
    socket_.belong_to(*this);
    home_->enter(*this);
    ++shared().counts.connections;
    if (is_turned_away())
        ++shared().refused_connections;
    else if (is_counted_by_address())
        shared().connections_by_address.add(peer_.network().to_string()).release();
}

connection::~connection()
{
    home_->leave(*this);
}

void connection::start(std::string_view already_read)
{
    intrusive_ptr_add_ref(this);
    is_kept_ = true;
    if (!home_->sockets->add(socket_->descriptor(), *this)) {
        shared().log(log_kind::system_refused, log_level::error,
                     "the system watches no more sockets: a client is turned away; raise "
                     "fs.epoll.max_user_watches, or lower server_options::max_connections");
        return close(true);
    }
    if (!already_read.empty())
        on_input(already_read);
    may_hold_input_ = true; // accepted with its first bytes
    read();
}

// Reading

void connection::on_ready(internal::socket_readiness what)
{
    may_hold_input_ |= what.can_read || what.has_hung_up;
    ends_soon_ |= what.has_ended || what.has_hung_up;
    has_hung_up_ |= what.has_hung_up;
    if (what.has_hung_up && is_at_work()) // nobody takes the answer, and what is to be read may not be wanted
        return on_broken(socket_->take_loss());
    if (what.can_write) {
        socket_.on_writable();
        on_writable();
    }
    read();
}

void connection::read()
{
    using internal::receive_result;
    while (may_hold_input_ && !reads_on_ && socket_->is_open() && may_read()) {
        auto& buffer = home_->scratch;
        auto const got = socket_.receive(buffer);
        bool const is_full = got.count == buffer.size() || got.has_more;
        // The reactor tells of what comes behind a read that did not fill the buffer, but not of an end that
        // it has told already.
        may_hold_input_ =
            got.what == receive_result::bytes ? is_full || ends_soon_ : got.what == receive_result::refused;
        if (got.what == receive_result::bytes) {
            if (is_full)
                asio::post(home_->io.get_executor(), [self = boost::intrusive_ptr<connection>(this)] {
                    self->reads_on_ = false;
                    self->read();
                });
            reads_on_ = is_full;
            on_input({buffer.data(), got.count});
        } else if (got.what == receive_result::broken || got.what == receive_result::lost ||
                   (got.what == receive_result::end && has_hung_up_)) {
            // After the peer's FIN a reset is no error to `recv`, which goes on to say that the input has
            // ended.
            on_broken(got.what == receive_result::lost);
        } else if (got.what == receive_result::end && !has_ended_) {
            has_ended_ = true;
            on_end_of_input();
        } else if (got.what == receive_result::refused) {
            on_no_encryption();
        }
    }
}

reception connection::receive(request& head, std::optional<std::uint64_t> body_size)
{
    if (auto const* const tls = socket_.tls())
        if (auto name = tls->peer_name(); !name.empty())
            head.set_principal(std::move(name));
    return home_->receive(head, body_size, peer_, admission_);
}

// Its place

void connection::occupy(occupation doing) noexcept
{
    home_->move(*this, is_turned_away() ? occupation::busy : doing); // then it has none to give up
    began_ = in_milliseconds(now());
}

void connection::hold(std::size_t bytes)
{
    auto const counted = static_cast<std::uint32_t>(std::min<std::size_t>(bytes, UINT32_MAX));
    home_->buffers.change(held_, counted);
    held_ = counted;
}

bool connection::is_counted_by_address() const noexcept
{
    return shared().options.per_address.connections != 0 && !is_of_nobody_;
}

bool connection::end_if_idle()
{
    if (occupation_ != occupation::idle || socket_->has_input())
        return false;
    ++shared().counts.ended_for_room;
    shared().log(
        log_kind::made_room, log_level::info,
        fmt::format("the server is full: ended an idle connection of {} for a newcomer", peer_.to_string()));
    close(false);
    return true;
}

duration connection::time_reading() const noexcept
{
    return std::chrono::milliseconds(in_milliseconds(now()) - began_);
}

bool connection::is_slower_than(connection const& other) const noexcept
{
    // Bytes by time, multiplied out.
    auto const mine = static_cast<double>(held_) * static_cast<double>(other.time_reading().count());
    auto const others = static_cast<double>(other.held_) * static_cast<double>(time_reading().count());
    return mine < others;
}

// The end

void connection::close(bool with_reset)
{
    if (!socket_->is_open())
        return;
    give_up_place();
    socket_.close(with_reset);
    end();
}

internal::peer_socket connection::hand_over()
{
    give_up_place();
    auto taken = std::move(socket_);
    end();
    return taken;
}

void connection::give_up_place()
{
    clear();
    hold(0);
    home_->move(*this, occupation::busy);
    if (is_turned_away())
        --shared().refused_connections;
    else if (is_counted_by_address())
        shared().connections_by_address.remove(peer_.network().to_string());
    --shared().counts.connections; // behind those that are refused, of which there are never more
    home_->sockets->remove(socket_->descriptor(), *this);
}

void connection::end()
{
    on_closed();
    if (is_kept_)
        asio::post(home_->io.get_executor(), [self = boost::intrusive_ptr<connection>(this, false)] {});
}

} // namespace tidings::detail
