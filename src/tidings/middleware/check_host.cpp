// SPDX-License-Identifier: BSL-1.0
#include <tidings/middleware/check_host.hpp>
#include <tidings/middleware/detail/answer_with.hpp>
#include <tidings/middleware/detail/host_list.hpp>

#include <memory>
#include <utility>

namespace tidings {

middleware check_host(std::vector<std::string> allowed)
{
    auto const hosts = std::make_shared<detail::host_list const>(std::move(allowed));
    return [hosts](stream_handler inner) -> stream_handler {
        return [hosts, inner = std::move(inner)](context ctx, request const& asked, event_stream& out) {
            if (!hosts->contains(asked.header("Host")))
                return detail::answer_with(out, response::text("this host is not served here\n", 421));
            return inner(std::move(ctx), asked, out);
        };
    };
}

} // namespace tidings
