// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

namespace tidings::test {

/// A value that knows its own address: one that a compiler copied byte by byte, or destroyed twice, says so
/// and ends the program. `live` counts those that exist.
class tracked
{
public:
    explicit tracked(std::string text) : text_(std::move(text)) { ++live; }
    tracked(tracked const& other) : text_((other.check(), other.text_)) { ++live; }
    tracked(tracked&& other) noexcept : text_((other.check(), std::move(other.text_))) { ++live; }
    tracked& operator=(tracked other) noexcept
    {
        check();
        text_ = std::move(other.text_);
        return *this;
    }
    ~tracked()
    {
        check();
        self_ = nullptr;
        --live;
    }

    std::string const& text() const
    {
        check();
        return text_;
    }

    static inline int live = 0;

private:
    void check() const
    {
        if (self_ == this)
            return;
        std::fputs("a tracked object is not where it was built\n", stderr);
        std::abort();
    }

    tracked const* volatile self_ = this;
    std::string text_;
};

} // namespace tidings::test
