// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/tls/detail/send_run.hpp>

#include <algorithm>
#include <cstring>

namespace tidings::detail {

void send_run::add(member& of, std::string_view bytes)
{
    if (pieces_.size() == max_pieces || bytes_.size() >= most_bytes)
        flush();
    if (pieces_.empty())
        request();
    pieces_.push_back({.of = &of, .size = bytes.size()});
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    ++of.pieces_in_run_;
}

void send_run::flush()
{
    std::string_view left(bytes_.data(), bytes_.size());
    for (auto const& each : pieces_) {
        --each.of->pieces_in_run_;
        each.of->leave(left.substr(0, each.size));
        left.remove_prefix(each.size);
    }
    pieces_.clear();
    bytes_.clear();
}

std::string_view send_run::gather(std::span<boost::asio::const_buffer const> pieces, std::size_t behind)
{
    std::size_t count = 0;
    for (auto const& each : pieces) {
        std::size_t const skipped = std::min(behind, each.size());
        behind -= skipped;
        std::string_view const rest(static_cast<char const*>(each.data()) + skipped, each.size() - skipped);
        bool const is_alone = count == 0 && (rest.size() >= record_size || &each == &pieces.back());
        if (is_alone && !rest.empty())
            return rest.substr(0, record_size);
        std::size_t const taken = std::min(rest.size(), record_size - count);
        std::memcpy(gathered_.data() + count, rest.data(), taken);
        count += taken;
        if (count == record_size)
            break;
    }
    return {gathered_.data(), count};
}

} // namespace tidings::detail
