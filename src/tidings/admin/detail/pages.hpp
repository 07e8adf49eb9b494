// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

namespace tidings::detail {

// The files in page/, as the build has put them into the library.
extern std::string_view const console_html;
extern std::string_view const console_css;
extern std::string_view const console_js;
extern std::string_view const plots_js;
extern std::string_view const login_html;

} // namespace tidings::detail
