// SPDX-License-Identifier: BSL-1.0
#include <tidings/admin/detail/json.hpp>
#include <tidings/admin/detail/tail_batch.hpp>

#include <fmt/format.h>

#include <utility>

namespace tidings::detail {

void tail_batch::add(event_text const& event)
{
    if (!event.has_data())
        return;
    if (events_.size() == most_events) {
        events_.pop_front();
        ++skipped_;
    }
    std::string const data = event.data();
    events_.push_back(fmt::format(R"({{"id":{},"type":{},"data":{},"size":{}}})", json_of(event.id()),
                                  json_of(event.type().empty() ? "message" : event.type()),
                                  json_of(beginning_of(data, most_bytes)), data.size()));
}

std::string tail_batch::take()
{
    std::string const text =
        fmt::format(R"({{"skipped":{},"events":[{}]}})", skipped_, fmt::join(events_, ","));
    events_.clear();
    skipped_ = 0;
    return text;
}

} // namespace tidings::detail
