// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/handler.hpp>

#include <optional>
#include <string>

namespace tidings::test {

/// What a check says of a request.
class asked
{
public:
    asked(request_check const& check, request& head) : answer_(check(head, fields_)) {}
    asked(request_check const& check, request&& head) : asked(check, head) {}

    /// Of its answer; 0 where it lets the request through.
    int status() const { return answer_ ? answer_->status() : 0; }

    /// All values of a header of its answer, or else of whatever answer there will be, each in a line.
    std::string header(std::string_view name) const
    {
        std::string all;
        for (auto const& [each, value] : answer_ ? answer_->fields() : fields_)
            if (each == name)
                all += all.empty() ? value : "\n" + value;
        return all;
    }

private:
    headers fields_;
    std::optional<response> answer_;
};

} // namespace tidings::test
