// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

/// What is to be done. With each change the list is drawn anew and published, once in the words of either
/// library. Used on the loop of the server alone.
class task_list
{
public:
    static constexpr std::size_t max_text_bytes = 200;
    static constexpr std::size_t max_tasks = 100;

    task_list() { publish(); }

    /// False when there are too many.
    bool add(std::string text);

    /// False when there is no such task.
    bool finish(std::uint64_t number);

    tidings::topic for_htmx{{.max_events = 1}};
    tidings::topic for_datastar{{.max_events = 1}};

private:
    void publish();
    [[nodiscard]] std::string drawn(std::string_view button) const;

    std::map<std::uint64_t, std::string> tasks_;
    std::uint64_t last_number_ = 0;
};
