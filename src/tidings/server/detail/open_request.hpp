// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/request.hpp>
#include <tidings/server/detail/address_counts.hpp>
#include <tidings/stream/cut_reason.hpp>
#include <tidings/stream/internal/event_writer.hpp>
#include <tidings/wait/end_reason.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tidings::detail {

struct shared_state;

/// A request from its beginning to its one end, of which `server_options::on_stream_end` is told: by
/// `answered`, or, once it was handed over, where this object is destroyed. Moved on with a stream that is
/// handed over. Something is kept only where somebody asks for it, or where such a stream has a principal, in
/// one block. Outlived by the writer.
class open_request
{
public:
    open_request() noexcept;
    open_request(shared_state& all, internal::event_writer& out);
    open_request(open_request&& other) noexcept;
    open_request& operator=(open_request&& other) noexcept;
    ~open_request();

    address_counts::place place; ///< of an event stream

    void leads_to(std::string const& pattern) noexcept;
    /// Its end, unless that has been told, or it was handed over.
    void answered(request const& asked, int status, bool is_stream);
    /// It leaves its stream to a topic; its texts are kept.
    void handed_over(shared_state& all, internal::event_writer& out, request const& asked, int status);
    /// Why it will have ended: the first reason and the first cut stay.
    void ends(end_reason why, std::optional<cut_reason> cut) noexcept;

    /// Of a stream that was handed over.
    std::string_view principal() const noexcept;

private:
    class record;
    struct release
    {
        void operator()(record* gone) const noexcept;
    };

    void begin(shared_state& all, internal::event_writer& out);

    std::unique_ptr<record, release> record_;
};

} // namespace tidings::detail
