// SPDX-License-Identifier: BSL-1.0
// The text of event streams: whatever comes is read as the standard says, wherever it is cut; whatever can be
// sent comes back as it was sent, and nothing else can be sent.
#include <tidings/sse/event_parser.hpp>
#include <tidings/sse/event_text.hpp>
#include <tidings/sse/utf8.hpp>

#include "input.hpp"
#include "reference_utf8.hpp"
#include "require.hpp"
#include "unit/sse/reference_parser.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using tidings::fuzz::decode_as_browsers_do;
using tidings::fuzz::input;
using tidings::fuzz::require;

namespace {

/// What a parser makes of a stream.
class reading
{
public:
    explicit reading(std::size_t max_event_size = tidings::event_parser::default_max_event_size)
        : parser_(max_event_size)
    {
        parser_.on_comment([this](std::string_view text) { comments_.emplace_back(text); });
    }

    void feed(std::string_view bytes)
    {
        while (auto event = parser_.next(bytes))
            events_.push_back(*event);
        require(bytes.empty(), "a parser takes all bytes");
    }

    void restart() { parser_.restart(); }
    std::vector<tidings::received_event> const& events() const { return events_; }
    std::vector<std::string> const& comments() const { return comments_; }
    tidings::event_parser const& parser() const { return parser_; }

    bool operator==(reading const& other) const
    {
        return events_ == other.events_ && comments_ == other.comments_ &&
               parser_.last_event_id() == other.parser_.last_event_id() &&
               parser_.retry() == other.parser_.retry() &&
               parser_.is_over_limit() == other.parser_.is_over_limit();
    }

private:
    tidings::event_parser parser_;
    std::vector<tidings::received_event> events_;
    std::vector<std::string> comments_;
};

void require_text(std::string_view text)
{
    require(tidings::is_valid_utf8(text), "what a client is given is UTF-8", std::string(text));
}

void read_as_client(input from)
{
    bool const is_tight = from.choose(3) == 0;
    std::size_t const limit = is_tight ? from.choose(40) : tidings::event_parser::default_max_event_size;
    std::size_t const piece = 1 + from.choose(30);
    auto const stream = from.rest();

    reading whole(limit);
    whole.feed(stream);
    reading bytes(limit);
    for (std::size_t i = 0; i != stream.size(); ++i)
        bytes.feed(stream.substr(i, 1));
    require(bytes == whole, "single bytes mean what the whole means");
    reading pieces(limit);
    for (std::size_t i = 0; i < stream.size(); i += piece)
        pieces.feed(stream.substr(i, piece));
    require(pieces == whole, "pieces mean what the whole means");

    for (auto const& event : whole.events()) {
        require_text(event.id());
        require_text(event.type());
        require_text(event.data());
    }
    if (!is_tight)
        require(whole.events() == parse_whole_stream(decode_as_browsers_do(stream)),
                "the standard's steps come to the same events");

    // A second connection begins anew, with the id and the retry time of the first.
    auto const id = whole.parser().last_event_id();
    whole.restart();
    whole.feed(stream);
    reading again(limit);
    again.feed(stream);
    require(whole.events().size() == bytes.events().size() + again.events().size() || !id.empty(),
            "a second connection brings the same events");
}

/// The data that a client sees: every line break is LF.
std::string with_lf(std::string_view text)
{
    std::string result;
    for (std::size_t i = 0; i != text.size(); ++i)
        if (text[i] != '\r')
            result += text[i];
        else if (i + 1 == text.size() || text[i + 1] != '\n')
            result += '\n';
    return result;
}

bool is_text(std::string_view text)
{
    return decode_as_browsers_do(text) == text;
}

bool can_be_sent(tidings::event const& event)
{
    for (char const c : event.id)
        if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f)
            return false;
    return event.type.find_first_of("\r\n") == std::string_view::npos && is_text(event.id) &&
           is_text(event.type) && is_text(event.data) &&
           event.retry.value_or(std::chrono::seconds(0)).count() >= 0;
}

tidings::event choose_event(input& from)
{
    tidings::event made;
    auto const members = from.choose(15);
    if (members & 1)
        made.id = from.text(from.choose(20));
    if (members & 2)
        made.type = from.text(from.choose(20));
    if (members & 4)
        made.data = from.text(from.choose(80));
    // An empty view of no text would be an absent member.
    if (members & 8)
        made.retry =
            std::chrono::milliseconds(from.choose(9) == 0 ? std::numeric_limits<std::int64_t>::max()
                                                          : static_cast<std::int64_t>(from.choose(255)) - 10);
    return made;
}

void require_same(tidings::event_text const& text, tidings::event const& sent)
{
    require(std::string(text.id_line()).append(text.body()) == text.text(),
            "an event is its id line and its body");
    require(text.id() == sent.id, "an event knows its id", std::string(sent.id));
    require(text.type() == sent.type, "an event knows its type", std::string(sent.type));
    require(text.has_data() == (sent.data.data() != nullptr), "an event knows whether it has data");
    require(text.data() == with_lf(sent.data), "an event knows its data", std::string(sent.data));
}

void send_to_client(input from)
{
    std::string stream;
    std::vector<tidings::received_event> expected;
    std::string last_id;
    std::optional<std::chrono::milliseconds> retry;
    while (!from.is_empty()) {
        auto const event = choose_event(from);
        try {
            tidings::event_text const text(event);
            require(can_be_sent(event), "what would not come back cannot be sent", std::string(text.text()));
            require_same(text, event);
            stream += text.text();
        } catch (std::invalid_argument const&) {
            require(!can_be_sent(event), "what can be sent is not refused");
            continue;
        }
        if (event.id.data() != nullptr)
            last_id = event.id;
        if (event.retry)
            retry = event.retry;
        if (event.data.data() != nullptr)
            expected.emplace_back(last_id, event.type.empty() ? "message" : std::string(event.type),
                                  with_lf(event.data));
        auto const comment = from.text(from.choose(8));
        if (is_text(comment))
            stream += tidings::event_text::comment(comment).text();
    }
    reading client;
    client.feed(stream);
    require(client.events() == expected, "events come back as they were sent", stream);
    require(client.parser().last_event_id() == last_id, "a client knows the last id", stream);
    require(client.parser().retry() == retry, "a client knows the last retry time", stream);
}

void join_tokens(input from)
{
    std::size_t const piece = 1 + from.choose(7);
    auto const text = from.rest();
    auto const expected = decode_as_browsers_do(text);
    require(tidings::replace_invalid_utf8(std::string(text)) == expected, "what is no UTF-8 is replaced");
    require(tidings::is_valid_utf8(text) == (expected == text), "what is UTF-8 is known");
    auto const valid = tidings::valid_utf8_prefix(text);
    require(is_text(text.substr(0, valid)), "a valid prefix is UTF-8");

    tidings::utf8_joiner joiner;
    std::string joined;
    for (std::size_t i = 0; i < text.size(); i += piece) {
        auto const whole = joiner.join(text.substr(i, piece));
        require_text(whole);
        joined += whole;
    }
    joined += joiner.finish();
    require(joined == expected, "pieces that are joined are the whole");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    input from(data, size);
    switch (from.choose(3)) {
    case 0:
        join_tokens(from);
        break;
    case 1:
        send_to_client(from);
        break;
    default:
        read_as_client(from);
    }
    return 0;
}
