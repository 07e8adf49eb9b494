// SPDX-License-Identifier: BSL-1.0
#include "child_process.hpp"

#include <tidings/wait/bind.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect_pipe.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/readable_pipe.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/writable_pipe.hpp>

// Boost.Process takes paths of either kind; with the standard's, the dashboard needs no Boost.Filesystem.
#define BOOST_PROCESS_USE_STD_FS

// Boost 1.86 moved this first version of Boost.Process into a folder and a namespace of its own.
#if __has_include(<boost/process/v1/child.hpp>)
#include <boost/process/v1/args.hpp>
#include <boost/process/v1/async.hpp>
#include <boost/process/v1/child.hpp>
#include <boost/process/v1/exe.hpp>
#include <boost/process/v1/extend.hpp>
#include <boost/process/v1/group.hpp>
#include <boost/process/v1/io.hpp>
#include <boost/process/v1/posix.hpp>
#include <boost/process/v1/search_path.hpp>
#include <boost/process/v1/start_dir.hpp>
namespace process = boost::process::v1;
#else
#include <boost/process/args.hpp>
#include <boost/process/async.hpp>
#include <boost/process/child.hpp>
#include <boost/process/exe.hpp>
#include <boost/process/extend.hpp>
#include <boost/process/group.hpp>
#include <boost/process/io.hpp>
#include <boost/process/posix.hpp>
#include <boost/process/search_path.hpp>
#include <boost/process/start_dir.hpp>
namespace process = boost::process;
#endif

#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <linux/close_range.h>
#include <stdexcept>
#include <utility>

namespace dashboard {

namespace asio = boost::asio;

namespace {

std::string program_path(std::string const& name)
{
    std::string const path = name.find('/') == name.npos ? process::search_path(name).string() : name;
    if (path.empty())
        throw std::runtime_error("cannot run " + name + ": there is no such program in PATH");
    return path;
}

// Runs in the child, just before the program starts.
void inherit_only_standard_streams()
{
    ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
}

// So does this. A dashboard that is killed cannot end its commands any more; the kernel then sends SIGTERM to
// each, though not to what they have started. It does so when the thread that called fork ends: the loop's,
// which ends with the dashboard.
void end_with(pid_t parent)
{
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) // it has ended before it could be watched
        ::_exit(EXIT_FAILURE);
}

} // namespace

struct child_process::parts
{
    explicit parts(asio::io_context& loop) : output(loop) {}

    asio::posix::stream_descriptor output;
    std::size_t read = 0; // bytes
    process::group group;
    process::child child;
    tidings::channel<int> ended{1};
};

child_process::child_process(asio::io_context& loop, std::vector<std::string> const& command,
                             std::filesystem::path const& directory)
    : parts_(std::make_unique<parts>(loop))
{
    // The channel is a handle: the callback may come when this object is gone.
    auto on_exit = [ended = parts_->ended](int code, std::error_code const&) mutable {
        (void)ended.try_send(code);
    };
    auto on_exec = [parent = ::getpid()](auto&) {
        inherit_only_standard_streams();
        end_with(parent);
    };

    asio::writable_pipe input(loop);
    asio::readable_pipe output(loop);
    asio::connect_pipe(output, input);
    parts_->output.assign(output.release());
    parts_->output.non_blocking(true);
    std::error_code error;
    parts_->child =
        process::child(loop, process::exe = program_path(command.front()),
                       process::args = std::vector<std::string>(command.begin() + 1, command.end()),
                       process::start_dir = directory.string(), process::std_in < process::null,
                       process::posix::fd.bind(STDOUT_FILENO, input.native_handle()),
                       process::posix::fd.bind(STDERR_FILENO, input.native_handle()), parts_->group,
                       process::extend::on_exec_setup = on_exec, process::on_exit = on_exit, error);
    if (error)
        throw std::runtime_error("cannot run " + command.front() + ": " + error.message());
}

child_process::~child_process()
{
    kill();
}

asio::awaitable<std::string> child_process::read(tidings::context ctx)
{
    std::string bytes(4096, '\0');
    std::size_t size = 0;
    boost::system::error_code error; // end of file, or canceled by the context: nothing more either way
    do {
        // To wait and then to read leaves no bytes on the way, which `written` would not see.
        co_await parts_->output.async_wait(
            asio::posix::descriptor_base::wait_read,
            tidings::bind(ctx, asio::redirect_error(asio::use_awaitable, error)));
        if (!error)
            size = parts_->output.read_some(asio::buffer(bytes), error);
    } while (error == asio::error::would_block);
    parts_->read += size;
    bytes.resize(size);
    co_return bytes;
}

std::size_t child_process::written() const
{
    int unread = 0;
    ::ioctl(parts_->output.native_handle(), FIONREAD, &unread);
    return parts_->read + static_cast<std::size_t>(unread);
}

tidings::channel<int>& child_process::ended()
{
    return parts_->ended;
}

bool child_process::ended_by_signal() const
{
    return WIFSIGNALED(parts_->child.native_exit_code());
}

void child_process::terminate()
{
    (void)::killpg(parts_->group.native_handle(), SIGTERM); // refuses the number of a group that is gone
}

void child_process::kill()
{
    std::error_code already_gone;
    parts_->group.terminate(already_gone);
}

} // namespace dashboard
