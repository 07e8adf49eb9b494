// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/describe_exception.hpp>
#include <tidings/server/detail/open_request.hpp>
#include <tidings/server/detail/shared_state.hpp>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <new>
#include <utility>

namespace tidings::detail {

namespace {

constexpr std::string_view http_1_0 = "HTTP/1.0";
constexpr std::string_view http_1_1 = "HTTP/1.1";

// A trace and a span of W3C Trace Context: 00-<32 digits>-<16 digits>-<2 digits>, neither of them zero.
bool is_trace_parent(std::string_view text)
{
    constexpr std::string_view form = "00-00000000000000000000000000000000-0000000000000000-00";
    auto const fits = [](char wanted, char c) {
        return wanted == '-' ? c == '-' : (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    };
    return text.starts_with("00-") && std::ranges::equal(form, text, fits) &&
           text.substr(3, 32) != form.substr(3, 32) && text.substr(36, 16) != form.substr(36, 16);
}

stream_end seen_from(request const& asked, int status, bool is_stream)
{
    auto const trace = asked.header("traceparent");
    return {.method = asked.method(),
            .path = asked.path(),
            .principal = asked.principal(),
            .address = asked.remote_address(),
            .protocol = asked.http_minor() == 0 ? http_1_0 : http_1_1,
            .trace = is_trace_parent(trace) ? trace : std::string_view(),
            .status = status,
            .is_stream = is_stream};
}

} // namespace

/// What is known of a request before its end. Once it is handed over its texts stand behind this object, in
/// one block with it, and the end is told when this is destroyed.
class open_request::record
{
public:
    record(shared_state& all, internal::event_writer& over) noexcept
        : all_(all), out_(over), start_(over.now()), taken_before_(over.taken())
    {}
    /// In place of `begun`, with room for the texts.
    record(record const& begun, stream_end const& texts) noexcept;
    ~record();
    record& operator=(record const&) = delete;

    void count() noexcept { out_.count_in(&tally_); }
    void ends(end_reason why, std::optional<cut_reason> cut) noexcept;
    void tell(stream_end over) const noexcept;
    bool is_handed_over() const noexcept { return status_ != 0; }
    std::string_view principal() const noexcept { return {text(), principal_size_}; }

    std::string const* route = nullptr;

private:
    record(record const&) = default;
    char const* text() const noexcept { return reinterpret_cast<char const*>(this + 1); }

    shared_state& all_;
    internal::event_writer& out_;
    internal::stream_tally tally_;
    time_point start_;
    std::uint64_t taken_before_;
    std::uint32_t path_size_ = 0;
    std::uint16_t principal_size_ = 0;
    std::uint16_t method_size_ = 0;
    std::uint16_t address_size_ = 0;
    std::uint16_t trace_size_ = 0;
    std::int16_t status_ = 0; // of one that was handed over
    bool is_http_1_0_ = false;
    end_reason reason_ = end_reason::none;
    std::optional<cut_reason> cut_;
};

open_request::record::record(record const& begun, stream_end const& texts) noexcept : record(begun)
{
    char* at = reinterpret_cast<char*>(this + 1);
    auto const keep = [&at]<typename Size>(std::string_view text, Size& size) {
        at = std::ranges::copy(text, at).out;
        size = static_cast<Size>(text.size());
    };
    keep(texts.principal, principal_size_);
    keep(texts.method, method_size_);
    keep(texts.address, address_size_);
    keep(texts.trace, trace_size_);
    keep(texts.path, path_size_);
    status_ = static_cast<std::int16_t>(texts.status);
    is_http_1_0_ = texts.protocol == http_1_0;
}

open_request::record::~record()
{
    out_.count_in(nullptr);
    if (!is_handed_over())
        return;
    char const* at = text();
    auto const next = [&at](std::size_t size) {
        return std::string_view(std::exchange(at, at + size), size);
    };
    stream_end over{.status = status_, .is_stream = true};
    over.principal = next(principal_size_);
    over.method = next(method_size_);
    over.address = next(address_size_);
    over.trace = next(trace_size_);
    over.path = next(path_size_);
    over.protocol = is_http_1_0_ ? http_1_0 : http_1_1;
    tell(over);
}

void open_request::record::ends(end_reason why, std::optional<cut_reason> cut) noexcept
{
    if (reason_ == end_reason::none)
        reason_ = why;
    if (!cut_)
        cut_ = cut;
}

void open_request::record::tell(stream_end over) const noexcept
{
    if (!all_.options.on_stream_end)
        return;
    over.route = route ? std::string_view(*route) : std::string_view();
    over.reason = reason_;
    over.cut = cut_;
    over.start = start_;
    over.lasted = out_.now() - start_;
    if (tally_.events != 0)
        over.first_event = tally_.first_event - start_;
    over.events = tally_.events;
    over.replayed = tally_.replayed;
    over.bytes = out_.taken() - taken_before_;
    try {
        all_.options.on_stream_end(over);
    } catch (...) {
        all_.log(log_kind::handler_failed, log_level::error,
                 "on_stream_end failed: " + describe(std::current_exception()));
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
    if (all.options.on_stream_end)
        begin(all, out);
}

void open_request::begin(shared_state& all, internal::event_writer& out)
{
    record_.reset(new (::operator new(sizeof(record))) record(all, out));
    record_->count();
}

void open_request::leads_to(std::string const& pattern) noexcept
{
    if (record_)
        record_->route = &pattern;
}

void open_request::answered(request const& asked, int status, bool is_stream)
{
    if (record_ && !record_->is_handed_over())
        std::exchange(record_, nullptr)->tell(seen_from(asked, status, is_stream));
}

void open_request::handed_over(shared_state& all, internal::event_writer& out, request const& asked,
                               int status)
{
    if (!record_ && !asked.principal().empty())
        begin(all, out);
    if (!record_)
        return;
    stream_end const seen = seen_from(asked, status, true);
    std::size_t const text_size = seen.principal.size() + seen.method.size() + seen.address.size() +
                                  seen.trace.size() + seen.path.size();
    record_.reset(new (::operator new(sizeof(record) + text_size)) record(*record_, seen));
    record_->count();
}

void open_request::ends(end_reason why, std::optional<cut_reason> cut) noexcept
{
    if (record_)
        record_->ends(why, cut);
}

std::string_view open_request::principal() const noexcept
{
    return record_ ? record_->principal() : std::string_view();
}

} // namespace tidings::detail
