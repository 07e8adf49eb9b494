// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/describe_exception.hpp>
#include <tidings/server/detail/open_request.hpp>
#include <tidings/server/detail/shared_state.hpp>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <string_view>

namespace tidings::detail {

namespace {

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

} // namespace

/// Tells when it is destroyed.
class open_request::record
{
public:
    record(shared_state& all, internal::event_writer& over)
        : all_(all), out_(over), start_(over.now()), taken_before_(over.taken())
    {
        out_.count_in(&tally_);
    }
    ~record();
    record(record const&) = delete;
    record& operator=(record const&) = delete;

    void keep(request const& asked, int answer, bool is_stream);
    void ends(end_reason why, std::optional<cut_reason> cut) noexcept;
    std::string_view principal() const noexcept
    {
        return std::string_view(text_).substr(before_principal_, principal_size_);
    }

    std::string const* route = nullptr;

private:
    void tell() const;

    shared_state& all_;
    internal::event_writer& out_;
    internal::stream_tally tally_;
    time_point start_;
    std::uint64_t taken_before_;
    std::string text_; // in one block: method, address, trace, principal, path
    std::uint32_t before_principal_ = 0;
    std::uint16_t method_size_ = 0;
    std::uint16_t address_size_ = 0;
    std::uint16_t trace_size_ = 0;
    std::uint16_t principal_size_ = 0;
    std::int16_t status_ = 0;
    bool is_stream_ = false;
    bool is_http_1_0_ = false;
    end_reason reason_ = end_reason::none;
    std::optional<cut_reason> cut_;
};

open_request::record::~record()
{
    out_.count_in(nullptr);
    if (!all_.options.on_stream_end)
        return;
    try {
        tell();
    } catch (...) {
        all_.log(log_kind::handler_failed, log_level::error,
                 "on_stream_end failed: " + describe(std::current_exception()));
    }
}

void open_request::record::tell() const
{
    std::string_view rest = text_;
    auto const next = [&](std::size_t size) {
        auto const part = rest.substr(0, size);
        rest.remove_prefix(size);
        return part;
    };
    stream_end over{.status = status_, .is_stream = is_stream_, .reason = reason_, .cut = cut_};
    over.method = next(method_size_);
    over.address = next(address_size_);
    over.trace = next(trace_size_);
    over.principal = next(principal_size_);
    over.path = rest;
    over.route = route ? std::string_view(*route) : std::string_view();
    over.protocol = is_http_1_0_ ? "HTTP/1.0" : "HTTP/1.1";
    over.start = start_;
    over.lasted = out_.now() - start_;
    if (tally_.events != 0)
        over.first_event = tally_.first_event - start_;
    over.events = tally_.events;
    over.bytes = out_.taken() - taken_before_;
    all_.options.on_stream_end(over);
}

void open_request::record::keep(request const& asked, int answer, bool is_stream)
{
    auto const add = [this](std::string_view part) {
        text_ += part;
        return static_cast<std::uint16_t>(part.size());
    };
    auto const header = asked.header("traceparent");
    auto const trace = is_trace_parent(header) ? header : std::string_view();
    text_.clear();
    text_.reserve(asked.method().size() + asked.remote_address().size() + trace.size() +
                  asked.principal().size() + asked.path().size());
    method_size_ = add(asked.method());
    address_size_ = add(asked.remote_address());
    trace_size_ = add(trace);
    before_principal_ = static_cast<std::uint32_t>(text_.size());
    principal_size_ = add(asked.principal());
    text_ += asked.path();
    is_http_1_0_ = asked.http_minor() == 0;
    status_ = static_cast<std::int16_t>(answer);
    is_stream_ = is_stream;
}

void open_request::record::ends(end_reason why, std::optional<cut_reason> cut) noexcept
{
    if (reason_ == end_reason::none)
        reason_ = why;
    if (!cut_)
        cut_ = cut;
}

open_request::open_request() noexcept = default;
open_request::open_request(open_request&& other) noexcept = default;
open_request& open_request::operator=(open_request&& other) noexcept = default;
open_request::~open_request() = default;

open_request::open_request(shared_state& all, internal::event_writer& out)
    : record_(all.options.on_stream_end ? std::make_unique<record>(all, out) : nullptr)
{}

void open_request::leads_to(std::string const& pattern) noexcept
{
    if (record_)
        record_->route = &pattern;
}

void open_request::answered(request const& asked, int status, bool is_stream)
{
    if (record_)
        record_->keep(asked, status, is_stream);
}

void open_request::handed_over(shared_state& all, internal::event_writer& out, request const& asked,
                               int status)
{
    if (!record_ && !asked.principal().empty())
        record_ = std::make_unique<record>(all, out);
    answered(asked, status, true);
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
