// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace tidings::detail {

/// Files that are to be read again once they have changed. Symbolic links are followed each time, so a link
/// that is put elsewhere, or one of its folders, is a change. One thread at a time; `look` may block.
class watched_files
{
public:
    /// Looks at them: read them after this, not before. Empty names are passed over.
    explicit watched_files(std::vector<std::string> paths);

    bool empty() const noexcept { return paths_.empty(); }

    /// Looks at them: true when they differ from what was read last, and no more from the look before. Who
    /// replaces several files does so one after the other, and is given the time between two looks for it.
    /// They then count as read.
    bool look();

private:
    /// What tells one state of a file from another; all zero when there is none.
    struct stamp
    {
        dev_t device = 0;
        ino_t number = 0;
        off_t size = 0;
        std::int64_t written = 0; ///< its content, in nanoseconds
        std::int64_t changed = 0; ///< its entry

        bool operator==(stamp const&) const = default;
    };

    std::vector<stamp> stamps() const;

    std::vector<std::string> paths_;
    std::vector<stamp> read_;
    std::vector<stamp> seen_;
};

} // namespace tidings::detail
