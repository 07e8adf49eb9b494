// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/internal/request_parser.hpp>
#include <tidings/loop/internal/loop_call.hpp>
#include <tidings/server/detail/receive.hpp>
#include <tidings/stream/internal/counted.hpp>

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace tidings::detail {

/// A request that is being read.
struct incoming
{
    explicit incoming(internal::parser_limits const& limits) : parser(limits) {}

    void reset() noexcept
    {
        parser.reset();
        decided = {};
    }

    internal::request_parser parser;
    reception decided; ///< once the head is complete
};

/// Input behind a request. When that has been answered its turn is requested, which comes behind all that is
/// ready by then, so that a client that pipelines takes the loop from nobody; until then it owns itself.
class backlog final : public internal::loop_call
{
public:
    backlog(internal::loop& home, std::string_view bytes) : internal::loop_call(home), bytes_(bytes) {}

    std::string_view rest() const noexcept { return std::string_view(bytes_).substr(taken_); }
    void take(std::size_t count) noexcept { taken_ += count; }
    void append(std::string_view more) { bytes_.erase(0, std::exchange(taken_, 0)).append(more); }

    boost::intrusive_ptr<internal::counted>
        of; ///< the `http1_connection` whose `go_on` gets it back in its turn

private:
    void on_turn() override;
    void on_dropped() noexcept override { delete this; }

    std::string bytes_;
    std::size_t taken_ = 0;
};

} // namespace tidings::detail
