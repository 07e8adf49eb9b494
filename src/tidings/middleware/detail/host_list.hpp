// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidings::detail {

/// The hosts that a server answers for, as they stand in a Host field: "app.example", "127.0.0.1:8080",
/// "[::1]".
class host_list
{
public:
    /// Throws `std::invalid_argument` for what would never match.
    explicit host_list(std::vector<std::string> hosts);

    /// Whether `host` is one of them whatever its case, or is with its port left out.
    bool contains(std::string_view host) const noexcept;

private:
    std::vector<std::string> hosts_;
};

/// Whether a Host field has what no site on the internet can be called, and lead here: an address, a name
/// without a dot, or one below "localhost"; with any port.
bool is_local_host(std::string_view host);

} // namespace tidings::detail
