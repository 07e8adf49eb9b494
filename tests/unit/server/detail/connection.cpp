// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/connection.hpp>

#include <boost/asio/io_context.hpp>

#include <catch2/catch_test_macros.hpp>
#include <sys/socket.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace tidings::detail;
using tidings::internal::peer_address;
using tidings::internal::peer_socket;
using tidings::internal::stream_socket;

namespace {

std::pair<int, int> connected_pair()
{
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
    return {ends[0], ends[1]};
}

/// A protocol that notes what it is told.
class noting final : public connection
{
public:
    noting(std::shared_ptr<loop_state> home, int socket)
        : connection(std::move(home), peer_socket(stream_socket(socket)), peer_address(), admission::served)
    {}

    ~noting() override
    {
        if (destroyed)
            *destroyed = true;
    }

    using connection::close;
    using connection::has_input_ended;
    using connection::read;
    using connection::start;

    bool wants_more = true;
    bool is_answering = false;
    std::vector<std::size_t> pieces;
    std::string seen;
    int ends = 0;
    int breaks = 0;
    int closed = 0;
    bool* destroyed = nullptr; ///< set when this object is

    void end_for_room() override {}
    std::size_t can_be_relieved_of() const noexcept override { return 0; }
    void end_for_buffers() override {}
    void visit_streams(std::function<void(answer&)> const&) override {}
    bool is_at_work() const noexcept override { return is_answering; }
    std::size_t streams() const noexcept override { return 0; }
    void end_streams_of(std::string_view) override {}
    void stop(std::optional<std::chrono::milliseconds>) override {}
    void close_now() override { close(false); }

private:
    bool may_read() const noexcept override { return wants_more; }
    void on_input(std::string_view bytes) override
    {
        pieces.push_back(bytes.size());
        seen += bytes;
    }
    void on_end_of_input() override { ++ends; }
    void on_broken(bool) override { ++breaks; }
    void on_writable() override {}
    void on_no_encryption() override {}
    void on_closed() override { ++closed; }
    void on_time() override {}
};

/// A loop, a connection on it, and the peer's socket.
class served
{
public:
    served() { each->start({}); }
    ~served()
    {
        each->close(false);
        home->sockets->stop();
        io.run();
    }
    served(served const&) = delete;
    served& operator=(served const&) = delete;

    void write(std::string_view bytes)
    {
        REQUIRE(::send(far.descriptor(), bytes.data(), bytes.size(), 0) ==
                static_cast<ssize_t>(bytes.size()));
    }
    void turn() { io.poll(); }

    boost::asio::io_context io;
    std::shared_ptr<loop_state> home =
        std::make_shared<loop_state>(io, std::make_shared<shared_state>(tidings::server_options()), 1);
    std::pair<int, int> ends = connected_pair();
    stream_socket far{ends.second};
    boost::intrusive_ptr<noting> each{new noting(home, ends.first)};
};

} // namespace

// One socket does not keep the others waiting for as long as its peer likes: a buffer of it is read in a
// turn.
TEST_CASE_METHOD(served, "a buffer that was filled is followed up in another turn")
{
    std::size_t const buffer = home->scratch.size();
    write(std::string(buffer + 5, 'x'));
    io.poll_one();
    REQUIRE(each->pieces == std::vector{buffer});
    each->read(); // the rest has its turn already
    CHECK(each->pieces.size() == 1);
    turn();
    CHECK(each->pieces == std::vector{buffer, std::size_t{5}});
}

TEST_CASE_METHOD(served, "what is not wanted waits in the socket")
{
    each->wants_more = false;
    write("later");
    turn();
    CHECK(each->seen.empty());
    each->wants_more = true;
    each->read();
    CHECK(each->seen == "later");
}

// The end comes once, behind the last bytes, which are told of together with it.
TEST_CASE_METHOD(served, "the end of input")
{
    write("last");
    far.shutdown_send();
    turn();
    CHECK(each->seen == "last");
    CHECK(each->ends == 1);
    CHECK(each->has_input_ended());
    each->read();
    CHECK(each->ends == 1);
    CHECK(each->breaks == 0);
}

// Nothing is read any more of who has reset the connection while it is answered: nobody takes the answer.
TEST_CASE_METHOD(served, "a peer that is gone")
{
    SECTION("between requests") {}
    SECTION("while it is answered")
    {
        each->is_answering = true;
        write("unread");
    }
    far.close();
    turn();
    CHECK(each->breaks == 1);
    CHECK(each->seen.empty());
}

// Whoever has called may be what is being closed: it is let go in a later turn.
TEST_CASE_METHOD(served, "a closed connection lives to the end of the turn")
{
    bool is_destroyed = false;
    noting* const kept = each.get();
    kept->destroyed = &is_destroyed;
    each.reset();
    CHECK(home->shared->counts.connections == 1);
    kept->close(false);
    REQUIRE_FALSE(is_destroyed);
    kept->close(false);
    CHECK(kept->closed == 1);
    CHECK(home->shared->counts.connections == 0);
    turn();
    CHECK(is_destroyed);
    CHECK(home->is_empty());
    each = new noting(home, connected_pair().first);
}
