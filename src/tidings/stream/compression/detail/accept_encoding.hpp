// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidings::detail {

bool is_accept_encoding(std::string_view header_name) noexcept;

/// What a client accepts (RFC 9110, 12.5.3): each coding with its weight. What is no weight counts as 0, so
/// that a client is never sent what it may not understand.
class accept_encoding
{
public:
    /// The values of all lines of the header.
    explicit accept_encoding(std::span<std::string_view const> lines);

    /// Whether the client wants `coding`, and more than `other`, which comes behind it where both weigh the
    /// same only if it is "identity".
    bool wants(std::string_view coding, std::string_view other) const noexcept;

private:
    /// In thousandths; none if the client says nothing of it.
    std::optional<int> weight(std::string_view coding) const noexcept;

    std::vector<std::pair<std::string, int>> weights_; // names in lower case
};

} // namespace tidings::detail
