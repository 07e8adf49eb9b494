// SPDX-License-Identifier: BSL-1.0
#include "task_list.hpp"

#include <fmt/format.h>

#include <utility>

namespace {

std::string escaped(std::string_view text)
{
    std::string html;
    for (char const c : text)
        switch (c) {
        case '&':
            html += "&amp;";
            break;
        case '<':
            html += "&lt;";
            break;
        case '"':
            html += "&quot;";
            break;
        default:
            html += c;
        }
    return html;
}

// Datastar wants a word in front of each line of HTML.
std::string marked(std::string_view html, std::string_view word)
{
    std::string lines;
    while (!html.empty()) {
        auto const end = html.find('\n');
        lines += fmt::format("{}{} {}", lines.empty() ? "" : "\n", word, html.substr(0, end));
        html.remove_prefix(end == std::string_view::npos ? html.size() : end + 1);
    }
    return lines;
}

} // namespace

bool task_list::add(std::string text)
{
    if (tasks_.size() >= max_tasks)
        return false;
    tasks_.emplace(++last_number_, std::move(text));
    publish();
    return true;
}

bool task_list::finish(std::uint64_t number)
{
    if (tasks_.erase(number) == 0)
        return false;
    publish();
    return true;
}

std::string task_list::drawn(std::string_view button) const
{
    std::string html = "<ul id=\"tasks\">\n";
    for (auto const& [number, text] : tasks_)
        html += fmt::format("<li>{} <button {}=\"{}\">Done</button></li>\n", escaped(text), button,
                            button == "hx-post" ? fmt::format("/tasks/{}/finish", number)
                                                : fmt::format("@post('/tasks/{}/finish')", number));
    return html + "</ul>";
}

// [publish]
void task_list::publish()
{
    for_htmx.publish({.type = "tasks", .data = drawn("hx-post")});
    // Datastar 1.0 calls them datastar-patch-elements and elements.
    for_datastar.publish(
        {.type = "datastar-merge-fragments", .data = marked(drawn("data-on-click"), "fragments")});
}
// [/publish]
