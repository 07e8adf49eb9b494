// SPDX-License-Identifier: BSL-1.0
// The yardstick of benchmark_transports: one epoll loop that calls send(), or SSL_write(), for each delivery
// and does nothing else. `bare_transports http1|http1-tls CHAIN KEY`; see tidings_transports for the lines
// that it reads. It trusts its client: a request comes in one piece, and who does not read loses events.
#include "event.hpp"
#include "speech.hpp"

#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <malloc.h>
#include <memory>
#include <openssl/ssl.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

struct deleter
{
    void operator()(SSL_CTX* each) const { SSL_CTX_free(each); }
    void operator()(SSL* each) const { SSL_free(each); }
};

// As ours is: a ticket for each handshake, no buffers while nothing is sent, nothing kept of sessions.
std::unique_ptr<SSL_CTX, deleter> make_tls(char const* chain, char const* key)
{
    std::unique_ptr<SSL_CTX, deleter> made(SSL_CTX_new(TLS_server_method()));
    if (SSL_CTX_use_certificate_chain_file(made.get(), chain) != 1 ||
        SSL_CTX_use_PrivateKey_file(made.get(), key, SSL_FILETYPE_PEM) != 1)
        std::abort();
    SSL_CTX_set_mode(made.get(), SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(made.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(made.get(), 1);
    return made;
}

class bare_loop
{
public:
    explicit bare_loop(std::unique_ptr<SSL_CTX, deleter> tls) : tls_(std::move(tls))
    {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof at;
        if (bind(listener_, reinterpret_cast<sockaddr*>(&at), size) != 0 || listen(listener_, 4096) != 0 ||
            getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size) != 0)
            std::abort();
        say(ntohs(at.sin_port));
        watch(listener_);
        watch(STDIN_FILENO);
    }

    void run()
    {
        std::array<epoll_event, 128> ready;
        while (!has_ended_) {
            int const count = epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), -1);
            for (int i = 0; i < count; ++i) {
                int const fd = ready[static_cast<std::size_t>(i)].data.fd;
                if (fd == STDIN_FILENO)
                    obey();
                else
                    fd == listener_ ? accept_one() : read(fd);
            }
        }
    }

private:
    static void say(std::size_t number)
    {
        std::printf("%zu\n", number);
        std::fflush(stdout);
    }

    void watch(int fd)
    {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = fd;
        epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
    }

    void accept_one()
    {
        int const fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
        if (fd < 0)
            return;
        watch(fd);
        if (!tls_)
            return;
        sessions_.resize(std::max(sessions_.size(), static_cast<std::size_t>(fd) + 1));
        auto& session = sessions_[static_cast<std::size_t>(fd)];
        session.reset(SSL_new(tls_.get()));
        SSL_set_fd(session.get(), fd);
        SSL_set_accept_state(session.get());
    }

    SSL* session_of(int fd) const { return tls_ ? sessions_[static_cast<std::size_t>(fd)].get() : nullptr; }

    void read(int fd)
    {
        std::array<char, 4096> bytes;
        long got = 0;
        if (SSL* const session = session_of(fd)) { // reading makes the handshake too
            got = SSL_read(session, bytes.data(), static_cast<int>(bytes.size()));
            if (got <= 0 && SSL_get_error(session, static_cast<int>(got)) == SSL_ERROR_WANT_READ)
                return;
        } else {
            got = recv(fd, bytes.data(), bytes.size(), 0);
        }
        if (got <= 0)
            return leave(fd);
        send(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
        streams_.push_back(fd);
    }

    void leave(int fd)
    {
        std::erase(streams_, fd);
        if (tls_)
            sessions_[static_cast<std::size_t>(fd)].reset();
        close(fd);
    }

    void send(int fd, std::string_view bytes) const
    {
        if (SSL* const session = session_of(fd))
            (void)SSL_write(session, bytes.data(), static_cast<int>(bytes.size()));
        else
            (void)::send(fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    }

    void obey()
    {
        std::array<char, 100> bytes{};
        auto const got = ::read(STDIN_FILENO, bytes.data(), bytes.size() - 1);
        std::string_view const line(bytes.data(), static_cast<std::size_t>(std::max<long>(got, 0)));
        has_ended_ = line.empty();
        if (line.starts_with("publish "))
            publish(std::strtoull(bytes.data() + 8, nullptr, 10));
        else if (line == "streams\n")
            say(streams_.size());
        else if (line == "heap\n")
            say(::mallinfo2().uordblks + ::mallinfo2().hblkhd);
    }

    void publish(std::size_t size)
    {
        std::string const event = "data: " + tidings::benchmark::data_of_event(size) + "\n\n";
        for (int const fd : streams_)
            send(fd, event);
    }

    int listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    int epoll_ = epoll_create1(0);
    std::unique_ptr<SSL_CTX, deleter> tls_;
    std::vector<std::unique_ptr<SSL, deleter>> sessions_; // by descriptor
    std::vector<int> streams_;
    bool has_ended_ = false;
};

} // namespace

int main(int argc, char** argv)
{
    if (argc != 4)
        return std::fprintf(stderr, "usage: bare_transports http1|http1-tls CHAIN KEY\n"), 2;
    std::signal(SIGPIPE, SIG_IGN); // OpenSSL writes to who has left
    bool const is_tls = tidings::benchmark::speech_of(argv[1]).is_tls;
    bare_loop(is_tls ? make_tls(argv[2], argv[3]) : nullptr).run();
}
