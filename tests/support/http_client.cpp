// SPDX-License-Identifier: BSL-1.0
#include "http_client.hpp"

#include <stdexcept>

namespace tidings::test {

int answering::status()
{
    auto const* const got = wait_for_head(false);
    if (!got)
        throw std::runtime_error("http_client: the server gave no answer");
    return got->status;
}

std::string answering::header(std::string_view name)
{
    if (auto const* const got = wait_for_head(false))
        for (auto const& [key, value] : got->fields)
            if (key == name)
                return value;
    return {};
}

bool answering::is_continued()
{
    auto const* const got = wait_for_head(true);
    return got && got->status == 100;
}

std::string answering::read_body()
{
    std::string all;
    for (auto some = read_some(); !some.empty(); some = read_some())
        all += some;
    return all;
}

std::optional<received_event> answering::next_event()
{
    for (;;) {
        std::string_view bytes = body_;
        auto event = events_.next(bytes);
        body_.erase(0, body_.size() - bytes.size());
        if (event)
            return event;
        std::string const some = read_some();
        if (some.empty())
            return std::nullopt;
        body_ += some;
    }
}

} // namespace tidings::test
