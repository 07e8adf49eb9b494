// SPDX-License-Identifier: BSL-1.0
#include "byte_stream.hpp"
#include "http_client.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <nghttp2/nghttp2.h>
#include <stdexcept>

namespace tidings::test {

namespace {

/// What one stream has brought.
struct incoming
{
    int status = 0;
    std::vector<std::pair<std::string, std::string>> fields;
    std::string body;
    std::string to_send;
    bool is_sending = false;
    bool has_end = false; // signed by the server
    bool is_closed = false;
};

nghttp2_nv field_of(std::string_view name, std::string_view value)
{
    auto const bytes = [](std::string_view text) {
        return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
    };
    return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

/// A connection, which its streams share.
class connection
{
public:
    connection(std::uint16_t port, bool over_tls)
        : to_(over_tls
                  ? std::make_unique<byte_stream>(port, tls_client_options{.protocols = {"h2", "http/1.1"}})
                  : std::make_unique<byte_stream>(port))
    {
        if (over_tls && to_->protocol() != "h2")
            throw std::runtime_error("http2_client: the server has not agreed to HTTP/2");
        nghttp2_session_callbacks* calls = nullptr;
        nghttp2_session_callbacks_new(&calls);
        nghttp2_session_callbacks_set_on_header_callback(calls, on_header);
        nghttp2_session_callbacks_set_on_begin_headers_callback(calls, on_begin_headers);
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(calls, on_data);
        nghttp2_session_callbacks_set_on_frame_recv_callback(calls, on_frame);
        nghttp2_session_callbacks_set_on_stream_close_callback(calls, on_closed);
        nghttp2_option* options = nullptr;
        nghttp2_option_new(&options);
        nghttp2_option_set_no_auto_window_update(options, 1);
        nghttp2_session_client_new2(&session_, calls, this, options);
        nghttp2_option_del(options);
        nghttp2_session_callbacks_del(calls);
        nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, nullptr, 0);
        flush();
    }
    ~connection() { nghttp2_session_del(session_); }
    connection(connection const&) = delete;
    connection& operator=(connection const&) = delete;

    std::int32_t ask(asking const& what)
    {
        std::string const size = std::to_string(what.body.value_or("").size());
        std::vector<nghttp2_nv> lines{field_of(":method", what.method), field_of(":scheme", "http"),
                                      field_of(":authority", "localhost"), field_of(":path", what.target)};
        for (auto const& [name, value] : what.fields)
            lines.push_back(field_of(name, value));
        if (what.body)
            lines.push_back(field_of("content-length", size));
        nghttp2_data_provider body{};
        body.read_callback = provide;
        std::int32_t const id = nghttp2_submit_request(session_, nullptr, lines.data(), lines.size(),
                                                       what.body ? &body : nullptr, nullptr);
        incoming& made = streams_[id];
        made.is_sending = what.holds_body_back;
        made.to_send = what.holds_body_back ? std::string() : what.body.value_or("");
        flush();
        return id;
    }

    incoming& of(std::int32_t stream) { return streams_[stream]; }

    void send_body(std::int32_t stream, std::string const& bytes)
    {
        of(stream).to_send += bytes;
        of(stream).is_sending = false;
        nghttp2_session_resume_data(session_, stream);
        flush();
    }

    void consume(std::int32_t stream, std::size_t count)
    {
        nghttp2_session_consume_stream(session_, stream, count);
        flush();
    }

    void leave(std::int32_t stream)
    {
        if (of(stream).is_closed)
            return;
        nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream, NGHTTP2_CANCEL);
        of(stream).is_closed = true;
        flush();
    }

    /// Receives something; false when nothing more comes.
    bool receive()
    {
        std::string const bytes = to_->receive();
        auto const taken = nghttp2_session_mem_recv(
            session_, reinterpret_cast<std::uint8_t const*>(bytes.data()), bytes.size());
        if (taken < 0)
            throw std::runtime_error(std::string("http2_client: ") +
                                     nghttp2_strerror(static_cast<int>(taken)));
        flush();
        return !bytes.empty();
    }

private:
    static connection& self(void* user) { return *static_cast<connection*>(user); }

    static int on_begin_headers(nghttp2_session*, nghttp2_frame const* frame, void* user)
    {
        incoming& to = self(user).of(frame->hd.stream_id);
        if (to.status <= 100) {
            to.status = 0;
            to.fields.clear();
        }
        return 0;
    }
    static int on_header(nghttp2_session*, nghttp2_frame const* frame, std::uint8_t const* name,
                         std::size_t name_size, std::uint8_t const* value, std::size_t value_size,
                         std::uint8_t, void* user)
    {
        incoming& to = self(user).of(frame->hd.stream_id);
        std::string const key(reinterpret_cast<char const*>(name), name_size);
        std::string const text(reinterpret_cast<char const*>(value), value_size);
        if (key == ":status")
            to.status = std::stoi(text);
        else
            to.fields.emplace_back(key, text);
        return 0;
    }
    static int on_data(nghttp2_session* session, std::uint8_t, std::int32_t id, std::uint8_t const* bytes,
                       std::size_t size, void* user)
    {
        self(user).of(id).body.append(reinterpret_cast<char const*>(bytes), size);
        return nghttp2_session_consume_connection(session, size);
    }
    static int on_frame(nghttp2_session*, nghttp2_frame const* frame, void* user)
    {
        if ((frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA) &&
            (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0)
            self(user).of(frame->hd.stream_id).has_end = true;
        return 0;
    }
    static int on_closed(nghttp2_session*, std::int32_t id, std::uint32_t, void* user)
    {
        self(user).of(id).is_closed = true;
        return 0;
    }
    static ssize_t provide(nghttp2_session*, std::int32_t id, std::uint8_t* into, std::size_t most,
                           std::uint32_t* flags, nghttp2_data_source*, void* user)
    {
        incoming& from = self(user).of(id);
        std::size_t const count = std::min(most, from.to_send.size());
        if (count == 0 && from.is_sending)
            return NGHTTP2_ERR_DEFERRED;
        std::copy_n(from.to_send.begin(), count, into);
        from.to_send.erase(0, count);
        if (from.to_send.empty() && !from.is_sending)
            *flags |= NGHTTP2_DATA_FLAG_EOF;
        return static_cast<ssize_t>(count);
    }

    void flush()
    {
        std::uint8_t const* bytes = nullptr;
        for (auto size = nghttp2_session_mem_send(session_, &bytes); size > 0;
             size = nghttp2_session_mem_send(session_, &bytes))
            to_->send({reinterpret_cast<char const*>(bytes), static_cast<std::size_t>(size)});
    }

    std::unique_ptr<byte_stream> to_;
    nghttp2_session* session_ = nullptr;
    std::map<std::int32_t, incoming> streams_;
};

class http2_answer final : public answering
{
public:
    http2_answer(std::shared_ptr<connection> on, asking const& what)
        : on_(std::move(on)), stream_(on_->ask(what))
    {}
    ~http2_answer() override { on_->leave(stream_); }
    http2_answer(http2_answer const&) = delete;
    http2_answer& operator=(http2_answer const&) = delete;

    std::string read_some() override
    {
        if (!wait_for_head(false))
            return {};
        auto& from = on_->of(stream_);
        while (from.body.empty() && !from.has_end && !from.is_closed && on_->receive()) {
        }
        std::string some = std::exchange(from.body, {});
        if (!from.is_closed)
            on_->consume(stream_, some.size());
        return some;
    }

    bool is_whole() override { return on_->of(stream_).has_end && on_->of(stream_).body.empty(); }
    void send_body(std::string const& bytes) override { on_->send_body(stream_, bytes); }
    void leave() override { on_->leave(stream_); }

private:
    head const* wait_for_head(bool may_be_100) override
    {
        auto& from = on_->of(stream_);
        while ((from.status == 0 || (from.status == 100 && !may_be_100)) && !from.is_closed &&
               on_->receive()) {
        }
        head_ = {from.status, from.fields};
        return from.status == 0 ? nullptr : &head_;
    }

    std::shared_ptr<connection> on_;
    std::int32_t stream_;
    head head_;
};

class one_connection final : public http_client
{
public:
    one_connection(std::uint16_t port, bool over_tls) : on_(std::make_shared<connection>(port, over_tls)) {}
    std::unique_ptr<answering> ask(asking const& what) override
    {
        return std::make_unique<http2_answer>(on_, what);
    }

private:
    std::shared_ptr<connection> on_;
};

} // namespace

std::unique_ptr<http_client> http2_client(std::uint16_t port, bool over_tls)
{
    return std::make_unique<one_connection>(port, over_tls);
}

} // namespace tidings::test
