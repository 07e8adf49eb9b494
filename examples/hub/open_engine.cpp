// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/redis/redis_store.hpp>

#include "open_store.hpp"
#include "options.hpp"

#include <stdexcept>

namespace hub {

std::shared_ptr<tidings::topic_store> open_engine(std::string const& url)
{
    try {
        return tidings::redis_store(url);
    } catch (std::invalid_argument const& error) {
        throw usage_error(std::string("--hub: ").append(error.what()));
    }
}

} // namespace hub
