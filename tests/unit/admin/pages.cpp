// SPDX-License-Identifier: BSL-1.0
#include <tidings/admin/detail/pages.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string_view>

using namespace tidings::detail;

namespace {

std::string_view const all_pages[] = {console_html, console_css, console_js, plots_js, login_html};

} // namespace

TEST_CASE("the console is below 60 KB")
{
    std::size_t bytes = 0;
    for (std::string_view const page : all_pages) {
        CHECK(page.size() > 100);
        bytes += page.size();
    }
    CHECK(bytes < 60 * 1024);
}

TEST_CASE("the console has no foreign parts, and makes no markup of what it is sent")
{
    for (std::string_view const page : all_pages)
        for (char const* unwanted :
             {"http:", "https:", "\"//", "'//", "url(", "@import", "innerHTML", "outerHTML",
              "insertAdjacentHTML", "document.write", "eval(", "style=", "onclick"})
            CHECK(page.find(unwanted) == std::string_view::npos);
}
