// SPDX-License-Identifier: BSL-1.0
#include <tidings/middleware/check_origin.hpp>
#include <tidings/middleware/detail/answer_with.hpp>
#include <tidings/middleware/detail/origin_list.hpp>

#include <memory>
#include <utility>

namespace tidings {

middleware check_origin(std::vector<std::string> allowed)
{
    auto const origins = std::make_shared<detail::origin_list const>(std::move(allowed));
    return [origins](stream_handler inner) -> stream_handler {
        return [origins, inner = std::move(inner)](context ctx, request const& asked, event_stream& out) {
            if (asked.has_header("Origin") && !origins->contains(asked.header("Origin")))
                return detail::answer_with(out, response::text("this origin is not allowed\n", 403));
            return inner(std::move(ctx), asked, out);
        };
    };
}

} // namespace tidings
