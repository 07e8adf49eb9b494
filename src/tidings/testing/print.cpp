// SPDX-License-Identifier: BSL-1.0
#include <tidings/testing/print.hpp>

#include <array>
#include <string_view>

namespace tidings {

namespace {

template <std::size_t count, typename Enum>
std::ostream& print(std::ostream& out, Enum value, std::array<std::string_view, count> const& names)
{
    auto const at = static_cast<std::size_t>(value);
    return at < count ? out << names[at] : out << "no such value: " << at;
}

// A member that is left out has no text at all.
void print_member(std::ostream& out, std::string_view name, std::string_view value)
{
    if (value.data())
        out << ' ' << name << '=' << '"' << value << '"';
}

} // namespace

std::ostream& operator<<(std::ostream& out, cut_reason value)
{
    return print<4>(out, value, {"write_timeout", "queue_overflow", "handler_failed", "behind"});
}

std::ostream& operator<<(std::ostream& out, end_reason value)
{
    return out << to_string(value);
}

std::ostream& operator<<(std::ostream& out, event const& value)
{
    out << "event";
    print_member(out, "id", value.id);
    print_member(out, "type", value.type);
    print_member(out, "data", value.data);
    return value.retry ? out << " retry=" << value.retry->count() << "ms" : out;
}

std::ostream& operator<<(std::ostream& out, follow_end value)
{
    return print<4>(out, value, {"closed", "context_ended", "stream_ended", "disconnected"});
}

std::ostream& operator<<(std::ostream& out, half_close value)
{
    return print<3>(out, value, {"probe", "end", "keep"});
}

std::ostream& operator<<(std::ostream& out, overflow value)
{
    return print<4>(out, value, {"cut", "drop_oldest", "keep_latest", "wait"});
}

std::ostream& operator<<(std::ostream& out, publish_result const& value)
{
    out << value.status << " id=\"" << value.id << "\" receivers=" << value.receivers;
    return out << " drops=" << value.drops << (value.stored_only ? " stored_only" : "");
}

std::ostream& operator<<(std::ostream& out, publish_status value)
{
    return print<4>(out, value, {"published", "queued", "would_block", "context_ended"});
}

std::ostream& operator<<(std::ostream& out, received_event const& value)
{
    return out << event{.id = value.id(), .type = value.type(), .data = value.data()};
}

std::ostream& operator<<(std::ostream& out, stream_end const& value)
{
    out << value.method << ' ' << value.path << ' ' << value.status << ' ' << value.reason;
    if (value.cut)
        out << ", cut: " << *value.cut;
    return out << ", events=" << value.events << " bytes=" << value.bytes;
}

} // namespace tidings
