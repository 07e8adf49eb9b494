// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdio>

namespace tidings::test {

/// The version of g++, 1202 for 12.2; 0 for other compilers.
#if defined(__GNUC__) && !defined(__clang__)
inline constexpr int gcc = __GNUC__ * 100 + __GNUC_MINOR__;
#else
inline constexpr int gcc = 0;
#endif

/// Prints how a form did, and counts it if that is not what is known of this compiler: a form that has become
/// wrong, or right, has to be said in docs/design/compilers.md and beside the form.
class form_report
{
public:
    void add(char const* form, bool is_right, bool is_known_as_wrong)
    {
        bool const is_news = is_right == is_known_as_wrong;
        std::printf("%-40s %s%s\n", form, is_right ? "right" : "WRONG by this compiler",
                    is_news ? ", which was not known" : "");
        news_ += is_news;
    }
    int exit_code() const { return news_ == 0 ? 0 : 1; }

private:
    int news_ = 0;
};

} // namespace tidings::test
