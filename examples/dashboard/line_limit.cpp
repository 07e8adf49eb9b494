// SPDX-License-Identifier: BSL-1.0
#include "line_limit.hpp"

#include <fmt/format.h>

#include <iterator>

namespace dashboard {

namespace {

constexpr std::size_t event_bytes = 100; // what an event has beside its line, about

} // namespace

bool line_limit::take(std::string const& line)
{
    std::size_t const size = line.size() + event_bytes;
    if (end_.empty() && lines_left_ > 0 && size <= bytes_left_) {
        --lines_left_;
        bytes_left_ -= size;
        return true;
    }
    end_.push_back(line);
    if (end_.size() > last_) {
        end_.pop_front();
        ++left_out_;
    }
    return false;
}

std::vector<std::string> line_limit::finish()
{
    std::vector<std::string> rest;
    if (left_out_ > 0)
        rest.push_back(fmt::format("… {} lines are left out here …", left_out_));
    rest.insert(rest.end(), std::make_move_iterator(end_.begin()), std::make_move_iterator(end_.end()));
    end_.clear();
    return rest;
}

} // namespace dashboard
