// SPDX-License-Identifier: BSL-1.0
#include <tidings/metrics/detail/exposition.hpp>
#include <tidings/sse/utf8.hpp>

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <iterator>

namespace tidings::detail {

namespace {

constexpr std::array<std::string_view, 4> type_names{"counter", "gauge", "histogram", "info"};
constexpr std::array<std::string_view, 4> suffixes{"_total", "", "", "_info"};

// A bound of a bucket: OpenMetrics has it as a float in any case.
std::string bound(double seconds, text_format as)
{
    bool const is_whole = std::trunc(seconds) == seconds;
    return fmt::format("{}{}", seconds, is_whole && as == text_format::open_metrics ? ".0" : "");
}

} // namespace

std::string_view content_type(text_format of) noexcept
{
    return of == text_format::prometheus ? "text/plain; version=0.0.4; charset=utf-8"
                                         : "application/openmetrics-text; version=1.0.0; charset=utf-8";
}

void exposition::begin(metric_kind kind, std::string_view name, std::string_view help)
{
    kind_ = kind;
    name_ = name;
    // OpenMetrics names the family, and Prometheus the series, which it knows no info of.
    bool const is_family = as_ == text_format::open_metrics;
    auto const suffix = is_family ? std::string_view() : suffixes[static_cast<std::size_t>(kind)];
    auto const type = kind == metric_kind::info && !is_family ? metric_kind::gauge : kind;
    fmt::format_to(std::back_inserter(text_), "# HELP {0}{1} {2}\n# TYPE {0}{1} {3}\n", name, suffix, help,
                   type_names[static_cast<std::size_t>(type)]);
}

void exposition::add(labels of, std::uint64_t value)
{
    add_line(suffixes[static_cast<std::size_t>(kind_)], of, {}, fmt::format("{}", value));
}

void exposition::add(labels of, double value)
{
    add_line(suffixes[static_cast<std::size_t>(kind_)], of, {}, fmt::format("{}", value));
}

void exposition::add(labels of, internal::histogram const& value)
{
    std::uint64_t up_to = 0;
    for (std::size_t i = 0; i < value.bounds().size(); ++i) {
        up_to += value.counts()[i];
        add_line("_bucket", of, {"le", bound(value.bounds()[i], as_)}, fmt::format("{}", up_to));
    }
    auto const all = fmt::format("{}", value.count());
    add_line("_bucket", of, {"le", "+Inf"}, all);
    add_line("_sum", of, {}, fmt::format("{}", value.sum()));
    add_line("_count", of, {}, all);
}

void exposition::add_line(std::string_view suffix, labels of, label last, std::string_view value)
{
    text_ += name_;
    text_ += suffix;
    char const* separator = "{";
    for (label const& each : of) {
        add_label(separator, each);
        separator = ",";
    }
    if (!last.name.empty())
        add_label(separator, last);
    if (of.size() > 0 || !last.name.empty())
        text_ += '}';
    text_ += ' ';
    text_ += value;
    text_ += '\n';
}

void exposition::add_label(std::string_view separator, label added)
{
    text_ += separator;
    text_ += added.name;
    text_ += "=\"";
    bool const is_text = is_valid_utf8(added.value);
    for (char const c : added.value)
        if (c == '\n')
            text_ += "\\n";
        else if (c == '"' || c == '\\')
            (text_ += '\\') += c;
        else
            text_ += is_text || static_cast<unsigned char>(c) < 0x80 ? c : '?';
    text_ += '"';
}

std::string exposition::end() &&
{
    if (as_ == text_format::open_metrics)
        text_ += "# EOF\n";
    return std::move(text_);
}

} // namespace tidings::detail
