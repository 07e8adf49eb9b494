// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/redis/redis_store.hpp>

#include "open_store.hpp"
#include "options.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

namespace hub {

std::shared_ptr<tidings::topic_store> open_engine(std::string const& url, options const& chosen)
{
    tidings::redis_store_options how;
    if (chosen.synced || chosen.replicated > 0)
        how.promise = [promise =
                           tidings::redis_promise{.replicas = chosen.replicated, .synced = chosen.synced}](
                          std::string_view) { return promise; };
    try {
        return tidings::redis_store(url, how);
    } catch (std::invalid_argument const& error) {
        throw usage_error(std::string("--hub: ").append(error.what()));
    }
}

} // namespace hub
