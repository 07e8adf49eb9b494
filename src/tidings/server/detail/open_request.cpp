// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/trace_header.hpp>
#include <tidings/server/detail/exchange.hpp>
#include <tidings/server/detail/open_request.hpp>
#include <tidings/server/detail/rights.hpp>
#include <tidings/wait/internal/tasks.hpp>

#include <algorithm>
#include <new>

namespace tidings::detail {

/// What is known of a request. When it goes its texts are kept behind this object, in one block with it, and
/// the end is told when this is destroyed.
struct open_request::record
{
    record(shared_state& server, internal::event_writer& over) noexcept
        : all(server), out(over), start(over.now()), taken_before(over.taken())
    {}
    /// In place of `begun`, in a block with room for the texts.
    record(record&& begun, request const& asked, std::string_view trace, int status, bool is_stream);
    record(record&&) = default;
    ~record();
    record& operator=(record&&) = delete;

    bool has_texts() const noexcept { return method_size != 0; }
    char const* texts() const noexcept { return reinterpret_cast<char const*>(this + 1); }
    void tell() const noexcept;

    shared_state& all;
    internal::event_writer& out;
    internal::stream_tally tally{};
    time_point start;
    std::uint64_t taken_before;
    std::string const* route = nullptr;
    char const* protocol = ""; // of static storage
    std::uint32_t path_size = 0;
    std::uint16_t principal_size = 0;
    std::uint16_t method_size = 0;
    std::uint16_t address_size = 0;
    std::uint16_t trace_size = 0;
    std::int16_t status = 0;
    bool is_stream = false;
    end_reason reason = end_reason::none;
    std::optional<cut_reason> cut{};
    address_counts::place of_principal{};
    std::unique_ptr<rights> until{};
};

open_request::record::record(record&& begun, request const& asked, std::string_view trace, int answer,
                             bool was_stream)
    : record(std::move(begun))
{
    char* at = reinterpret_cast<char*>(this + 1);
    auto const keep = [&at]<typename Size>(std::string_view text, Size& size) {
        at = std::ranges::copy(text, at).out;
        size = static_cast<Size>(text.size());
    };
    keep(asked.principal(), principal_size);
    keep(asked.method(), method_size);
    keep(asked.remote_address(), address_size);
    keep(trace, trace_size);
    keep(asked.path(), path_size);
    status = static_cast<std::int16_t>(answer);
    is_stream = was_stream;
    protocol = asked.version().data();
}

open_request::record::~record()
{
    out.count_in(nullptr);
    if (has_texts() && !all.end_hooks.empty())
        tell();
}

void open_request::record::tell() const noexcept
{
    char const* at = texts();
    auto const next = [&at](std::size_t size) {
        return std::string_view(std::exchange(at, at + size), size);
    };
    stream_end over{.status = status, .is_stream = is_stream, .reason = reason, .cut = cut};
    over.principal = next(principal_size);
    over.method = next(method_size);
    over.address = next(address_size);
    over.trace = next(trace_size);
    over.path = next(path_size);
    over.route = route ? std::string_view(*route) : std::string_view();
    over.protocol = protocol;
    over.start = start;
    over.lasted = out.now() - start;
    if (tally.events != 0)
        over.first_event = tally.first_event - start;
    over.events = tally.events;
    over.replayed = tally.replayed;
    over.bytes = out.taken() - taken_before;
    for (auto const& hook : all.end_hooks)
        try {
            hook(over);
        } catch (...) {
            all.log.failed(log_kind::handler_failed, "on_stream_end");
        }
}

void open_request::release::operator()(record* gone) const noexcept
{
    std::destroy_at(gone);
    ::operator delete(gone);
}

open_request::open_request() noexcept = default;
open_request::open_request(open_request&& other) noexcept = default;
open_request& open_request::operator=(open_request&& other) noexcept = default;
open_request::~open_request() = default;

open_request::open_request(shared_state& all, internal::event_writer& out)
{
    if (!all.end_hooks.empty())
        begin(all, out);
}

void open_request::begin(shared_state& all, internal::event_writer& out)
{
    record_.reset(new (::operator new(sizeof(record))) record(all, out));
    out.count_in(&record_->tally);
}

void open_request::take_places(shared_state& all, internal::event_writer& out, std::string const& account,
                               std::string_view principal)
{
    place = all.streams_by_address.add(account);
    if (all.options.per_principal.streams == 0 || principal.empty())
        return;
    if (!record_)
        begin(all, out);
    record_->of_principal = all.streams_by_principal.add(principal);
}

void open_request::give_places_back() noexcept
{
    place = {};
    if (record_)
        record_->of_principal = {};
}

void open_request::watch_rights(shared_state& all, carrier& over, std::chrono::system_clock::time_point until)
{
    auto& out = over.out();
    if (!record_)
        begin(all, out);
    record_->until = std::make_unique<rights>(out.home_loop(), over, in_time_of_loop(until, out.now()),
                                              out.options().expiry_notice);
}

void open_request::renew(std::chrono::system_clock::time_point until)
{
    if (record_ && record_->until)
        record_->until->move(in_time_of_loop(until, record_->out.now()));
}

void open_request::leads_to(std::string const& pattern) noexcept
{
    if (record_)
        record_->route = &pattern;
}

void open_request::answered(request const& asked, int status, bool is_stream)
{
    if (!record_ || record_->has_texts())
        return;
    auto const header = asked.header("traceparent");
    auto const trace = internal::is_trace_header(header) ? header : std::string_view();
    std::size_t const text_size = asked.principal().size() + asked.method().size() +
                                  asked.remote_address().size() + trace.size() + asked.path().size();
    record_.reset(new (::operator new(sizeof(record) + text_size))
                      record(std::move(*record_), asked, trace, status, is_stream));
    record_->out.count_in(&record_->tally);
}

void open_request::handed_over(shared_state& all, internal::event_writer& out, request const& asked,
                               int status)
{
    if (!record_ && !asked.principal().empty())
        begin(all, out);
    answered(asked, status, true);
}

void open_request::ends(end_reason why, std::optional<cut_reason> cut) noexcept
{
    if (record_ && record_->reason == end_reason::none)
        record_->reason = why;
    if (record_ && !record_->cut)
        record_->cut = cut;
}

std::string_view open_request::principal() const noexcept
{
    return record_ ? std::string_view(record_->texts(), record_->principal_size) : std::string_view();
}

} // namespace tidings::detail
