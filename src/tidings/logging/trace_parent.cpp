// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/trace_header.hpp>
#include <tidings/logging/logging.hpp>

#include <algorithm>
#include <random>
#include <span>

namespace tidings {

namespace {

/// Fills them with random digits, not all of them '0'.
void draw(std::span<char> digits)
{
    std::random_device source;
    do {
        for (char& digit : digits)
            digit = "0123456789abcdef"[source() % 16];
    } while (std::ranges::count(digits, '0') == std::ssize(digits));
}

} // namespace

trace_parent::trace_parent(std::string_view header) noexcept : text_{}
{
    std::ranges::copy(header.substr(0, text_.size()), text_.begin());
}

std::optional<trace_parent> trace_parent::parse(std::string_view header) noexcept
{
    if (!internal::is_trace_header(header))
        return std::nullopt;
    return trace_parent(header);
}

trace_parent trace_parent::start()
{
    trace_parent made("00-00000000000000000000000000000000-0000000000000000-01");
    draw(std::span(made.text_).subspan<3, 32>());
    draw(std::span(made.text_).subspan<36, 16>());
    return made;
}

trace_parent trace_parent::child() const
{
    trace_parent made = *this;
    draw(std::span(made.text_).subspan<36, 16>());
    return made;
}

bool trace_parent::is_sampled() const noexcept
{
    return std::string_view("13579bdf").find(header().back()) != std::string_view::npos;
}

} // namespace tidings
