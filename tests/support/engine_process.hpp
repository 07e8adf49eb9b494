// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace tidings::test {

/// A Redis on a unix socket of its own, in a folder of its own. It is killed at the end of the scope.
class engine_process
{
public:
    /// Whether there is one on this machine.
    static bool is_installed();

    /// Waits until it answers. `settings` are words of its command line, as "--appendonly", "yes";
    /// `environment` is beside that of this process, as "A=b".
    engine_process(std::string folder, std::vector<std::string> settings,
                   std::vector<std::string> environment = {});
    ~engine_process() { kill(); }
    engine_process(engine_process const&) = delete;
    engine_process& operator=(engine_process const&) = delete;

    std::string const& socket() const noexcept { return socket_; }
    /// From now on also on a free port of this machine, which it says; for replicas.
    std::string listen_on_tcp() const;
    std::string url() const { return "unix://" + socket_; }

    /// As if the machine had failed; `start` starts it again in the same folder.
    void kill();
    void start();
    /// It stops working, and works again.
    void freeze() const;
    void thaw() const;

    /// The answer to a command, as text; lists with blanks between.
    std::string ask(std::vector<std::string> const& words) const;

private:
    std::string const folder_;
    std::string const socket_;
    std::vector<std::string> const settings_;
    std::vector<std::string> const environment_;
    pid_t process_ = -1;
};

} // namespace tidings::test
