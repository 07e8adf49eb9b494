// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace gateway {

/// Why an answer failed. Each API tells it in its own form: as a status while the head is not out, and as an
/// event after it.
class failure : public std::runtime_error
{
public:
    failure(int status, std::string const& why, std::string retry_after = {})
        : std::runtime_error(why), status_(status), retry_after_(std::move(retry_after))
    {}

    [[nodiscard]] int status() const noexcept { return status_; }
    /// The value of a Retry-After header; empty if there is none.
    [[nodiscard]] std::string const& retry_after() const noexcept { return retry_after_; }

private:
    int status_;
    std::string retry_after_;
};

} // namespace gateway
