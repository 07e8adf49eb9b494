// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

namespace tidings::detail {

class cursor;
struct batch;

/// Follows topics through cursors, on one loop, whose thread alone counts who holds it. What has joined a
/// topic is kept alive by that until it leaves, so what can lead to its leaving holds it meanwhile (`kept`).
class reader : public boost::intrusive_ref_counter<reader, boost::thread_unsafe_counter>
{
public:
    reader() = default;
    reader(reader const&) = delete;
    reader& operator=(reader const&) = delete;
    virtual ~reader() = default;

    /// Events have come to the topic of a cursor, or its followers have been sent away. A cursor that lags
    /// behind `live` is read on when its reader can take more.
    virtual void take(cursor& at, batch const& live) = 0;

    /// All topics have told of theirs in this turn; for who has asked for it, see `loop_feed::call_at_end`.
    virtual void end_turn() {}

protected:
    /// Keeps it alive as long as the result lives.
    [[nodiscard]] boost::intrusive_ptr<reader> kept() noexcept { return boost::intrusive_ptr<reader>(this); }
};

} // namespace tidings::detail
