// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/service/internal/local_socket.hpp>

#include <boost/system/system_error.hpp>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>

namespace tidings::internal {

namespace {

[[noreturn]] void refuse_path(std::string const& path, std::string const& what, int error)
{
    throw boost::system::system_error(error, boost::system::system_category(),
                                      "tidings: cannot " + what + " the upgrade socket " + path);
}

struct local_address
{
    sockaddr_un name{};
    socklen_t size = 0; // 0: the path is too long
};

local_address address_at(std::string_view path) noexcept
{
    local_address made;
    if (path.empty() || path.size() >= sizeof made.name.sun_path || path.find('\0') != path.npos)
        return made;
    made.name.sun_family = AF_UNIX;
    std::ranges::copy(path, made.name.sun_path);
    bool const has_file = path.front() != '@';
    if (!has_file)
        made.name.sun_path[0] = '\0';
    made.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + (has_file ? 1 : 0));
    return made;
}

sockaddr const* pointer_to(local_address const& address) noexcept
{
    return reinterpret_cast<sockaddr const*>(&address.name);
}

local_address address_of_file(std::string const& path)
{
    auto const address = address_at(path);
    if (address.size == 0 || path.front() == '@')
        refuse_path(path, "use", ENAMETOOLONG);
    return address;
}

stream_socket open_socket(std::string const& path)
{
    stream_socket made(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!made.is_open())
        refuse_path(path, "open", errno);
    return made;
}

std::uint64_t number_of(std::string const& path) noexcept
{
    struct stat found;
    return ::lstat(path.c_str(), &found) == 0 ? found.st_ino : 0;
}

caller caller_at(stream_socket socket) noexcept
{
    ucred peer{};
    socklen_t size = sizeof peer;
    bool const is_known = ::getsockopt(socket.descriptor(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
    return {.socket = std::move(socket),
            .process = peer.pid,
            .is_same_user = is_known && peer.uid == ::geteuid()};
}

// What comes with a message and is too much is closed here as well.
std::vector<stream_socket> sockets_in(msghdr& header)
{
    std::vector<stream_socket> all;
    for (cmsghdr* each = CMSG_FIRSTHDR(&header); each; each = CMSG_NXTHDR(&header, each)) {
        if (each->cmsg_level != SOL_SOCKET || each->cmsg_type != SCM_RIGHTS)
            continue;
        std::size_t const count = (each->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int descriptor = -1;
            std::memcpy(&descriptor, CMSG_DATA(each) + i * sizeof(int), sizeof descriptor);
            all.emplace_back(descriptor);
        }
    }
    return all;
}

using descriptor_room = std::array<char, CMSG_SPACE(most_descriptors * sizeof(int))>;

} // namespace

call_socket listen_at(std::string const& path)
{
    auto const address = address_of_file(path);
    if (auto const other = call(path))
        refuse_path(path, "open", EADDRINUSE);
    struct stat found;
    if (::lstat(path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode))
        ::unlink(path.c_str());
    auto made = open_socket(path);
    // The file gets its permissions from the socket, so that it never has others.
    if (::fchmod(made.descriptor(), S_IRUSR | S_IWUSR) != 0 ||
        ::bind(made.descriptor(), pointer_to(address), address.size) != 0 ||
        ::listen(made.descriptor(), SOMAXCONN) != 0)
        refuse_path(path, "open", errno);
    return take_call_socket(std::move(made), path);
}

call_socket take_call_socket(stream_socket opened, std::string const& path) noexcept
{
    return {.socket = std::move(opened), .file = number_of(path)};
}

void remove_file(std::string const& path, std::uint64_t file) noexcept
{
    if (number_of(path) == file)
        ::unlink(path.c_str());
}

std::optional<caller> call(std::string const& path)
{
    auto const address = address_of_file(path);
    auto made = open_socket(path);
    if (::connect(made.descriptor(), pointer_to(address), address.size) == 0)
        return caller_at(std::move(made));
    if (errno == ENOENT || errno == ECONNREFUSED)
        return {};
    refuse_path(path, "connect to", errno);
}

std::optional<caller> accept_call(int listening) noexcept
{
    stream_socket made(::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!made.is_open())
        return {};
    return caller_at(std::move(made));
}

bool send_message(int to, std::string_view text, std::span<int const> descriptors) noexcept
{
    if (text.size() > longest_message || descriptors.size() > most_descriptors)
        return false;
    iovec piece{.iov_base = const_cast<char*>(text.data()), .iov_len = text.size()};
    alignas(cmsghdr) descriptor_room room{};
    msghdr header{};
    header.msg_iov = &piece;
    header.msg_iovlen = 1;
    if (!descriptors.empty()) {
        header.msg_control = room.data();
        header.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
        cmsghdr& first = *CMSG_FIRSTHDR(&header);
        first.cmsg_level = SOL_SOCKET;
        first.cmsg_type = SCM_RIGHTS;
        first.cmsg_len = CMSG_LEN(descriptors.size_bytes());
        std::memcpy(CMSG_DATA(&first), descriptors.data(), descriptors.size_bytes());
    }
    return ::sendmsg(to, &header, MSG_NOSIGNAL | MSG_DONTWAIT) == static_cast<ssize_t>(text.size());
}

receipt receive_message(int from)
{
    std::array<char, longest_message> text;
    alignas(cmsghdr) descriptor_room room{};
    iovec piece{.iov_base = text.data(), .iov_len = text.size()};
    msghdr header{};
    header.msg_iov = &piece;
    header.msg_iovlen = 1;
    header.msg_control = room.data();
    header.msg_controllen = room.size();
    ssize_t const size = ::recvmsg(from, &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return {};
    if (size <= 0)
        return {.is_over = true};
    auto sockets = sockets_in(header);
    if ((header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
        return {.is_over = true};
    return {.received = message{.text = std::string(text.data(), static_cast<std::size_t>(size)),
                                .sockets = std::move(sockets)}};
}

bool wait_for_message(int from, std::chrono::milliseconds limit) noexcept
{
    auto const end = std::chrono::steady_clock::now() + limit;
    for (;;) {
        auto const left =
            std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
        pollfd asked{.fd = from, .events = POLLIN, .revents = 0};
        int const ready = ::poll(&asked, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
        if (ready > 0)
            return true;
        if (ready == 0 || errno != EINTR)
            return false;
    }
}

int send_datagram(std::string_view to, std::string_view text) noexcept
{
    auto const address = address_at(to);
    if (address.size == 0)
        return ENAMETOOLONG;
    stream_socket const from(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!from.is_open())
        return errno;
    ssize_t const sent = ::sendto(from.descriptor(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                                  pointer_to(address), address.size);
    return sent < 0 ? errno : 0;
}

} // namespace tidings::internal
