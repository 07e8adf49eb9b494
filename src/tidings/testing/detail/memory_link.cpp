// SPDX-License-Identifier: BSL-1.0
#include <tidings/testing/detail/memory_link.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <fmt/format.h>
#include <sys/timerfd.h>
#include <system_error>

#include <algorithm>
#include <cerrno>

namespace asio = boost::asio;

namespace tidings::testing::detail {

namespace {

internal::peer_address address_of(request const& asked)
{
    std::string const given(asked.remote_address());
    auto const address = asio::ip::make_address(given.empty() ? "127.0.0.1" : given);
    return internal::peer_address(*asio::ip::tcp::endpoint(address, 0).data());
}

std::string text_of(request const& asked)
{
    bool const is_old = asked.version() == "HTTP/1.0";
    std::string text = fmt::format("{} {} HTTP/1.{}\r\n", asked.method(), asked.target(), is_old ? '0' : '1');
    if (!asked.has_header("Host"))
        text += "Host: localhost\r\n";
    for (std::size_t i = 0; i < asked.header_count(); ++i) {
        auto const [name, value] = asked.header_at(i);
        text += fmt::format("{}: {}\r\n", name, value);
    }
    if (!asked.body().empty() && !asked.has_header("Content-Length"))
        text += fmt::format("Content-Length: {}\r\n", asked.body().size());
    return text + "\r\n" + asked.body();
}

} // namespace

/// What the server has of it, as long as its connection is open.
class memory_link::server_side final : public internal::encrypted_stream
{
public:
    server_side(std::shared_ptr<memory_link> of, internal::reactor::user& user) : of_(std::move(of))
    {
        of_->server_ = &user;
    }
    ~server_side() override { of_->server_ = nullptr; }

private:
    internal::receive_result receive(std::span<char> into) override { return of_->give(into); }
    internal::send_result send(std::span<asio::const_buffer const> pieces) override
    {
        return of_->take(pieces);
    }
    void on_writable() override {}
    void end_sending() override { of_->body_.end_of_connection(); }
    std::string_view refusal() const noexcept override { return {}; }
    bool has_met_plain_http() const noexcept override { return false; }
    std::string_view protocol() const noexcept override { return {}; }
    std::string peer_name() const override { return of_->principal_; }
    void belong_to(internal::stream_socket const&, internal::reactor::user& user) override
    {
        of_->server_ = &user;
    }

    std::shared_ptr<memory_link> const of_;
};

memory_link::memory_link(asio::io_context& loop, request const& asked, internal::peer_probes probes)
    : internal::loop_timer(internal::loop::of(loop.get_executor())), loop_(loop), patience_(probes.worst()),
      peer_(address_of(asked)), principal_(asked.principal()), is_head_request_(asked.method() == "HEAD"),
      input_(text_of(asked))
{}

internal::stream_socket memory_link::silent_descriptor()
{
    int const made = ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC); // it is never set
    if (made < 0)
        throw std::system_error(errno, std::generic_category(),
                                "tidings: no descriptor for a client in memory");
    return internal::stream_socket(made);
}

std::unique_ptr<internal::encrypted_stream>
memory_link::secure(asio::io_context&, internal::stream_socket const&, internal::reactor&,
                    internal::reactor::user& of, std::string, bool) const
{
    return std::make_unique<server_side>(std::const_pointer_cast<memory_link>(shared_from_this()), of);
}

// What the client does

void memory_link::tell(internal::socket_readiness what)
{
    auto const alive = shared_from_this();
    if (server_)
        server_->on_ready(what);
}

void memory_link::half_close()
{
    has_ended_ = true;
    tell({.can_read = true, .has_ended = true});
}

void memory_link::close()
{
    if (is_full_)
        return reset(); // as a peer does that closes with bytes unread
    is_closed_ = true;
    half_close();
}

void memory_link::reset()
{
    is_gone_ = true;
    tell({.can_read = true, .has_ended = true, .has_hung_up = true});
}

void memory_link::vanish()
{
    has_vanished_ = true;
    set(now() + patience_);
}

// The kernel's probes are unanswered.
void memory_link::on_time()
{
    if (!is_full_) // else the write timeout decides
        reset();
}

void memory_link::take_only(std::size_t bytes)
{
    capacity_ = bytes;
    if (bytes != 0 && std::exchange(is_full_, false))
        tell({.can_write = true});
}

// What the server does

internal::receive_result memory_link::give(std::span<char> into)
{
    using internal::receive_result;
    if (is_gone_)
        return {receive_result::broken};
    if (input_.empty())
        return {has_ended_ ? receive_result::end : receive_result::nothing};
    std::size_t const count = input_.copy(into.data(), into.size());
    input_.erase(0, count);
    return {receive_result::bytes, count};
}

internal::send_result memory_link::take(std::span<asio::const_buffer const> pieces)
{
    std::size_t const offered = asio::buffer_size(pieces);
    if (is_gone_)
        return {.is_broken = true};
    if (is_closed_) { // the peer's answer
        asio::post(loop_, [self = shared_from_this()] { self->reset(); });
        return {.count = offered};
    }
    std::size_t taken = 0;
    for (auto const& piece : pieces) {
        std::string_view const bytes(static_cast<char const*>(piece.data()), piece.size());
        std::size_t const part = has_vanished_ ? 0 : take(bytes);
        taken += part;
        if (part != bytes.size())
            break;
    }
    is_full_ = taken != offered;
    return {.count = taken};
}

std::size_t memory_link::take(std::string_view bytes)
{
    std::size_t taken = 0;
    while (!head_ && taken != bytes.size()) {
        head_text_ += bytes[taken++];
        if (!head_text_.ends_with("\r\n\r\n"))
            continue;
        received_head head(std::exchange(head_text_, {}));
        if (head.status() == 100) // another one follows
            continue;
        body_ = answer_body(head, is_head_request_);
        head_ = std::move(head);
    }
    std::size_t const before = text_.size();
    taken += body_.feed(bytes.substr(taken), text_, capacity_);
    if (capacity_ != answer_body::unlimited)
        capacity_ -= text_.size() - before;
    return taken;
}

} // namespace tidings::testing::detail
