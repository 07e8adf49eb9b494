// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidings::testing {

/// The status line and headers of a response, as a client receives them. A value type.
class received_head
{
public:
    received_head() = default;

    /// `text`: from the status line to the blank line. Throws `std::runtime_error` if it is malformed.
    explicit received_head(std::string_view text);

    int status() const noexcept { return status_; }

    /// The value of the first field of this name, ignoring case; empty if there is none.
    std::string header(std::string_view name) const;
    bool has_header(std::string_view name) const;

    /// The whole text, byte for byte.
    std::string const& text() const noexcept { return text_; }

private:
    std::string text_;
    int status_ = 0;
    std::vector<std::pair<std::string, std::string>> fields_;
};

} // namespace tidings::testing
