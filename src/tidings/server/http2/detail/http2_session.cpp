// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/http2/detail/http2_session.hpp>

#include <algorithm>
#include <new>
#include <nghttp2/nghttp2.h>

namespace tidings::detail {

namespace {

// A browser that leaves a page resets all of its streams at once.
constexpr allowance allowed_resets(500, 33);
// Pings, settings and empty frames, which say nothing of a request: a client that probes sends few.
constexpr allowance allowed_idle_frames(1000, 100);

} // namespace

http2_session::http2_session(session_user& of, limits const& most)
    : user_(of), resets_(allowed_resets), idle_frames_(allowed_idle_frames),
      session_(begin_session(*this, most), nghttp2_session_del)
{}

bool http2_session::receive(std::string_view bytes)
{
    if (is_broken_)
        return false;
    auto const taken = nghttp2_session_mem_recv(
        session_.get(), reinterpret_cast<std::uint8_t const*>(bytes.data()), bytes.size());
    if (taken >= 0)
        return true;
    check(static_cast<int>(taken));
    complaint_ = taken == NGHTTP2_ERR_FLOODED ? "it sends too many frames that ask for an answer"
                                              : nghttp2_strerror(static_cast<int>(taken));
    is_broken_ = true;
    return false;
}

std::string_view http2_session::next()
{
    std::uint8_t const* bytes = nullptr;
    auto const size = nghttp2_session_mem_send(session_.get(), &bytes);
    if (size < 0) {
        check(static_cast<int>(size));
        is_broken_ = true;
        return {};
    }
    return view(bytes, static_cast<std::size_t>(size));
}

bool http2_session::has_ended() const noexcept
{
    return is_broken_ ||
           (!nghttp2_session_want_read(session_.get()) && !nghttp2_session_want_write(session_.get()));
}

void http2_session::check(int result)
{
    if (result == NGHTTP2_ERR_NOMEM)
        throw std::bad_alloc();
}

std::string_view http2_session::view(std::uint8_t const* bytes, std::size_t size) noexcept
{
    return {reinterpret_cast<char const*>(bytes), size};
}

void http2_session::count_reset()
{
    if (!resets_.use(user_.time()))
        terminate(http2_error::enhance_your_calm, "it resets too many streams, or has us reset them");
}

// Answers, but for their heads

void http2_session::offer(std::int32_t stream, std::span<boost::asio::const_buffer const> bytes,
                          std::size_t most)
{
    offered_ = {.stream = stream, .bytes = bytes, .left = std::min(most, boost::asio::buffer_size(bytes))};
    resume(stream);
}

std::size_t http2_session::end_offer() noexcept
{
    return std::exchange(offered_, {}).taken;
}

std::size_t http2_session::take_offered(std::int32_t stream, std::uint8_t* into, std::size_t most) noexcept
{
    std::size_t const count = offered_.stream == stream ? std::min(most, offered_.left) : 0;
    for (std::size_t done = 0; done != count;) {
        auto const piece = offered_.bytes.front() + offered_.begin;
        std::size_t const size =
            boost::asio::buffer_copy(boost::asio::buffer(into + done, count - done), piece);
        done += size;
        offered_.begin += size;
        if (size == piece.size()) {
            offered_.bytes = offered_.bytes.subspan(1);
            offered_.begin = 0;
        }
    }
    offered_.left -= count;
    offered_.taken += count;
    return count;
}

void http2_session::reset(std::int32_t stream, http2_error why)
{
    nghttp2_session_set_stream_user_data(session_.get(), stream, nullptr);
    check(nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, stream,
                                    static_cast<std::uint32_t>(why)));
}

std::size_t http2_session::window(std::int32_t stream, std::size_t unread) const noexcept
{
    auto const own = std::int64_t{nghttp2_session_get_stream_remote_window_size(session_.get(), stream)};
    auto const all = std::int64_t{nghttp2_session_get_remote_window_size(session_.get())};
    auto const taken = static_cast<std::int64_t>(unread);
    std::int64_t const share = (all + taken) / 4 * 3 - taken;
    return static_cast<std::size_t>(std::max<std::int64_t>(std::min({own, all, share}), 0));
}

void http2_session::grant(std::int32_t stream, std::size_t bytes)
{
    check(nghttp2_session_consume_stream(session_.get(), stream, bytes));
}

// The connection

void http2_session::ping()
{
    check(nghttp2_submit_ping(session_.get(), NGHTTP2_FLAG_NONE, nullptr));
}

void http2_session::announce_end()
{
    check(nghttp2_submit_shutdown_notice(session_.get()));
    ping();
}

void http2_session::end_streams()
{
    check(nghttp2_submit_goaway(session_.get(), NGHTTP2_FLAG_NONE,
                                nghttp2_session_get_last_proc_stream_id(session_.get()), NGHTTP2_NO_ERROR,
                                nullptr, 0));
}

void http2_session::terminate(http2_error why, char const* complaint)
{
    if (!complaint_)
        complaint_ = complaint;
    check(nghttp2_session_terminate_session(session_.get(), static_cast<std::uint32_t>(why)));
}

} // namespace tidings::detail
