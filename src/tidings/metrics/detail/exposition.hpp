// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/histogram.hpp>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace tidings::detail {

enum class text_format : std::uint8_t
{
    prometheus,   ///< 0.0.4
    open_metrics, ///< 1.0
};

/// The one that a client prefers by the value of its `Accept`. Prometheus' where it does not say.
text_format preferred_format(std::string_view accept);
/// As `Content-Type`.
std::string_view content_type(text_format of) noexcept;

enum class metric_kind : std::uint8_t
{
    counter,
    gauge,
    histogram,
    info, ///< labels that say something, with the value 1
};

/// Series as text, family by family. Names and help are valid as they are, and the name of a counter or an
/// info is without its suffix.
class exposition
{
public:
    struct label
    {
        std::string_view name;
        std::string_view value; ///< any text; what is not UTF-8 in it becomes '?'
    };
    using labels = std::initializer_list<label>;

    explicit exposition(text_format as) : as_(as) {}

    /// What follows belongs to it.
    void begin(metric_kind kind, std::string_view name, std::string_view help);
    void add(labels of, std::uint64_t value);
    void add(labels of, double value);
    void add(labels of, internal::histogram const& value);

    /// All of it.
    std::string end() &&;

private:
    void add_line(std::string_view suffix, labels of, label last, std::string_view value);
    void add_label(std::string_view separator, label added);

    text_format const as_;
    metric_kind kind_ = metric_kind::gauge;
    std::string_view name_;
    std::string text_;
};

} // namespace tidings::detail
