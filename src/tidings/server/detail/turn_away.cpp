// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/response_head.hpp>
#include <tidings/http/refused_for_now.hpp>
#include <tidings/server/detail/turn_away.hpp>

#include <boost/asio/buffer.hpp>

#include <string>
#include <utility>

namespace tidings::detail {

namespace {

// The request, if it has come whole. What has come is read in any case: unread, it would turn the close into
// a reset, which can overtake the answer.
request read_request(loop_state& home, internal::stream_socket const& socket)
{
    auto const got = socket.receive(home.scratch);
    auto reading = home.take_incoming();
    bool const is_whole =
        got.what == internal::receive_result::bytes &&
        reading->parser.feed({home.scratch.data(), got.count}).state == internal::parse_state::complete;
    request asked = is_whole ? reading->parser.take() : request::get("/");
    home.give_back(std::move(reading));
    return asked;
}

} // namespace

void turn_away(loop_state& home, internal::stream_socket socket, std::string_view why)
{
    ++home.shared->counts.refused;
    request const asked = read_request(home, socket);
    send_last_answer(home, socket, home.shared->refusal(asked, 503, why));
    socket.shutdown_send();
}

void send_last_answer(loop_state& home, internal::stream_socket const& socket, response const& answer)
{
    std::string text = internal::plain_head(answer.status(), answer.fields(), answer.body().size(),
                                            {.keep_alive = false, .date = home.date()});
    text += answer.body();
    boost::asio::const_buffer const all(text.data(), text.size());
    (void)socket.send({&all, 1});
}

} // namespace tidings::detail
