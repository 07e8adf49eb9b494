// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/http2/detail/http2_session.hpp>

#include <array>
#include <nghttp2/nghttp2.h>
#include <vector>

namespace tidings::detail {

namespace {

constexpr std::size_t max_unsent_acks = 1000;
// Answers repeat little in their heads: a large table would cost more than it saves.
constexpr std::size_t encoder_table = 1024;

// What the library calls must not throw through it, which is not made for that: what fails ends the session.
template <auto Call, typename... Arguments>
int guarded(Arguments... given) noexcept
{
    try {
        Call(given...);
        return 0;
    } catch (...) {
        return NGHTTP2_ERR_CALLBACK_FAILURE;
    }
}

session_stream* stream_of(nghttp2_session* session, std::int32_t id) noexcept
{
    return static_cast<session_stream*>(nghttp2_session_get_stream_user_data(session, id));
}

nghttp2_nv field(std::string_view name, std::string_view value) noexcept
{
    auto const bytes = [](std::string_view text) {
        return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data())); // NOLINT: it is only read
    };
    return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

} // namespace

/// What the library calls. None of them may call the library back, but to submit.
struct http2_session::callbacks
{
    static http2_session& of(void* user) { return *static_cast<http2_session*>(user); }

    static void begin_headers(nghttp2_session* library, nghttp2_frame const* frame, void* user)
    {
        if (frame->headers.cat != NGHTTP2_HCAT_REQUEST)
            return;
        auto& self = of(user);
        std::int32_t const id = frame->hd.stream_id;
        if (auto* const stream = self.user_.begin_stream(id))
            nghttp2_session_set_stream_user_data(library, id, stream);
        else
            self.reset(id, http2_error::refused_stream);
    }

    static void header(nghttp2_session* library, nghttp2_frame const* frame, std::uint8_t const* name,
                       std::size_t name_size, std::uint8_t const* value, std::size_t value_size, std::uint8_t,
                       void*)
    {
        auto* const stream = stream_of(library, frame->hd.stream_id);
        if (!stream)
            return;
        if (frame->headers.cat == NGHTTP2_HCAT_REQUEST)
            stream->add_field(view(name, name_size), view(value, value_size));
        else
            stream->add_trailer(view(name, name_size), view(value, value_size));
    }

    // What the library would else pass over.
    static void invalid_header(nghttp2_session* library, nghttp2_frame const* frame, std::uint8_t const*,
                               std::size_t, std::uint8_t const*, std::size_t, std::uint8_t, void* user)
    {
        if (auto* const stream = stream_of(library, frame->hd.stream_id)) {
            of(user).reset(frame->hd.stream_id, http2_error::protocol);
            stream->closed();
        }
    }

    static void frame_received(nghttp2_session* library, nghttp2_frame const* frame, void* user)
    {
        auto& self = of(user);
        auto* const stream = stream_of(library, frame->hd.stream_id);
        bool const is_last = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
        bool is_idle = false;
        switch (frame->hd.type) {
        case NGHTTP2_HEADERS:
            if (stream && frame->headers.cat == NGHTTP2_HCAT_REQUEST)
                stream->end_head(is_last);
            if (stream && is_last)
                stream->end_request();
            break;
        case NGHTTP2_DATA:
            if (stream && is_last)
                stream->end_request();
            is_idle = !is_last && frame->hd.length == frame->data.padlen; // which counts its own byte
            break;
        case NGHTTP2_WINDOW_UPDATE:
            if (stream)
                stream->window_grown(static_cast<std::size_t>(frame->window_update.window_size_increment));
            break;
        case NGHTTP2_SETTINGS:
            is_idle = (frame->hd.flags & NGHTTP2_FLAG_ACK) == 0;
            break;
        case NGHTTP2_PING:
            is_idle = (frame->hd.flags & NGHTTP2_FLAG_ACK) == 0;
            if (!is_idle)
                self.user_.ping_answered();
            break;
        case NGHTTP2_PRIORITY:
            is_idle = true;
            break;
        case NGHTTP2_RST_STREAM:
            self.count_reset();
            break;
        default:
            break;
        }
        if (is_idle && !self.idle_frames_.use(self.user_.time()))
            self.terminate(http2_error::enhance_your_calm, "it sends too many frames that ask for nothing");
    }

    // Each stream's window bounds what it may send. That of the connection is given back whatever becomes of
    // the bytes, or requests that end before they are read would use it up.
    static void data(nghttp2_session* library, std::uint8_t, std::int32_t id, std::uint8_t const* bytes,
                     std::size_t size, void*)
    {
        check(nghttp2_session_consume_connection(library, size));
        if (auto* const stream = stream_of(library, id))
            stream->add_body(view(bytes, size));
    }

    static void stream_closed(nghttp2_session* library, std::int32_t id, std::uint32_t, void*)
    {
        if (auto* const stream = stream_of(library, id)) {
            nghttp2_session_set_stream_user_data(library, id, nullptr);
            stream->closed();
        }
    }

    static void frame_sent(nghttp2_session* library, nghttp2_frame const* frame, void* user)
    {
        auto& self = of(user);
        bool const may_end = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
        if (may_end && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
            // The client need not go on with a request that has its answer (RFC 9113, 8.1).
            std::int32_t const id = frame->hd.stream_id;
            if (nghttp2_session_get_stream_remote_close(library, id) == 0)
                check(nghttp2_submit_rst_stream(library, NGHTTP2_FLAG_NONE, id, NGHTTP2_NO_ERROR));
        }
        if (frame->hd.type == NGHTTP2_RST_STREAM) {
            // Those that a peer makes us send cost us as much as its own.
            std::uint32_t const why = frame->rst_stream.error_code;
            if (why != NGHTTP2_NO_ERROR && why != NGHTTP2_CANCEL && why != NGHTTP2_INTERNAL_ERROR)
                self.count_reset();
        }
        if (frame->hd.type == NGHTTP2_GOAWAY && frame->goaway.error_code != NGHTTP2_NO_ERROR &&
            !self.complaint_)
            self.complaint_ = nghttp2_http2_strerror(frame->goaway.error_code);
    }

    static ssize_t provide(nghttp2_session* library, std::int32_t id, std::uint8_t* into, std::size_t most,
                           std::uint32_t* flags, nghttp2_data_source*, void* user)
    {
        auto* const stream = stream_of(library, id);
        if (!stream)
            return NGHTTP2_ERR_DEFERRED;
        auto& self = of(user);
        std::size_t const count = self.take_offered(id, into, most);
        if (stream->sends_last(count))
            *flags |= NGHTTP2_DATA_FLAG_EOF;
        else if (count == 0)
            return NGHTTP2_ERR_DEFERRED;
        else if (self.offered_.left == 0) // the library lets go of what has no more now
            *flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
        return static_cast<ssize_t>(count);
    }
};

void http2_session::submit_head(std::int32_t stream, response_lines const& head, bool has_body)
{
    std::vector<nghttp2_nv> lines;
    lines.reserve(head.size());
    for (auto const& [name, value] : head)
        lines.push_back(field(name, value));
    std::uint8_t const flags = has_body ? NGHTTP2_FLAG_NONE : NGHTTP2_FLAG_END_STREAM;
    check(
        nghttp2_submit_headers(session_.get(), flags, stream, nullptr, lines.data(), lines.size(), nullptr));
}

// Each time anew, as an idle stream then holds nothing in the library; what waits for a window is there
// still.
void http2_session::resume(std::int32_t stream)
{
    nghttp2_data_provider body{};
    body.read_callback = callbacks::provide;
    int const result = nghttp2_submit_data(session_.get(), NGHTTP2_FLAG_END_STREAM, stream, &body);
    check(result == NGHTTP2_ERR_DATA_EXIST ? nghttp2_session_resume_data(session_.get(), stream) : result);
}

void http2_session::submit_continue(std::int32_t stream)
{
    auto const line = field(":status", "100");
    check(nghttp2_submit_headers(session_.get(), NGHTTP2_FLAG_NONE, stream, nullptr, &line, 1, nullptr));
}

nghttp2_session* http2_session::begin_session(http2_session& of, limits const& most)
{
    nghttp2_session_callbacks* new_calls = nullptr;
    check(nghttp2_session_callbacks_new(&new_calls));
    std::unique_ptr<nghttp2_session_callbacks, void (*)(nghttp2_session_callbacks*)> const calls(
        new_calls, nghttp2_session_callbacks_del);
    nghttp2_session_callbacks_set_on_begin_headers_callback(calls.get(), guarded<callbacks::begin_headers>);
    nghttp2_session_callbacks_set_on_header_callback(calls.get(), guarded<callbacks::header>);
    nghttp2_session_callbacks_set_on_invalid_header_callback(calls.get(), guarded<callbacks::invalid_header>);
    nghttp2_session_callbacks_set_on_frame_recv_callback(calls.get(), guarded<callbacks::frame_received>);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(calls.get(), guarded<callbacks::data>);
    nghttp2_session_callbacks_set_on_stream_close_callback(calls.get(), guarded<callbacks::stream_closed>);
    nghttp2_session_callbacks_set_on_frame_send_callback(calls.get(), guarded<callbacks::frame_sent>);

    nghttp2_option* new_options = nullptr;
    check(nghttp2_option_new(&new_options));
    std::unique_ptr<nghttp2_option, void (*)(nghttp2_option*)> const options(new_options, nghttp2_option_del);
    nghttp2_option_set_no_auto_window_update(options.get(), 1);
    nghttp2_option_set_max_outbound_ack(options.get(), max_unsent_acks);
    nghttp2_option_set_max_deflate_dynamic_table_size(options.get(), encoder_table);
    nghttp2_option_set_no_closed_streams(options.get(), 1);
#ifdef TIDINGS_NGHTTP2_HAS_CONTINUATION_LIMIT
    nghttp2_option_set_max_continuations(options.get(), 8);
#endif

    nghttp2_session* made = nullptr;
    check(nghttp2_session_server_new2(&made, calls.get(), &of, options.get()));
    std::array const settings{
        nghttp2_settings_entry{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS,
                               static_cast<std::uint32_t>(most.max_streams)},
        nghttp2_settings_entry{NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE,
                               static_cast<std::uint32_t>(most.head_bytes)},
        nghttp2_settings_entry{NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
    };
    check(nghttp2_submit_settings(made, NGHTTP2_FLAG_NONE, settings.data(), settings.size()));
    return made;
}

} // namespace tidings::detail
