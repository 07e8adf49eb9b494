// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/request.hpp>
#include <tidings/server/detail/address_counts.hpp>
#include <tidings/stream/internal/event_writer.hpp>

namespace tidings::detail {

class carrier;
struct shared_state;

/// A request from its beginning to its one end, which is where this object is destroyed: there it is told to
/// `server_options::on_stream_end`. Moved on with a stream that is handed over. What is told is kept only
/// where somebody asks for it, or where the stream has a principal, limits of one or an end of its rights, in
/// one block. Outlived by the writer.
class open_request
{
public:
    open_request() noexcept;
    open_request(shared_state& all, internal::event_writer& out);
    open_request(open_request&& other) noexcept;
    open_request& operator=(open_request&& other) noexcept;
    ~open_request();

    address_counts::place place; ///< of an event stream, by its client's address
    /// An event stream is about to begin: it counts by `account`, and by its principal where that is limited.
    void take_places(shared_state& all, internal::event_writer& out, std::string const& account,
                     std::string_view principal);
    void give_places_back() noexcept;

    /// The rights of the request end at that instant.
    void watch_rights(shared_state& all, carrier& over, std::chrono::system_clock::time_point until);
    /// That instant is another one now, if there is any.
    void renew(std::chrono::system_clock::time_point until);

    void leads_to(std::string const& pattern) noexcept;
    /// Keeps what is to be told of a request that goes now.
    void answered(request const& asked, int status, bool is_stream);
    /// The same of one that goes and leaves its stream to a topic, and whose that is.
    void handed_over(shared_state& all, internal::event_writer& out, request const& asked, int status);
    /// Why it will have ended: the first reason and the first cut stay.
    void ends(end_reason why, std::optional<cut_reason> cut) noexcept;

    /// Of a stream that was handed over.
    std::string_view principal() const noexcept;

private:
    struct record;
    struct release
    {
        void operator()(record* gone) const noexcept;
    };

    void begin(shared_state& all, internal::event_writer& out);

    std::unique_ptr<record, release> record_;
};

} // namespace tidings::detail
