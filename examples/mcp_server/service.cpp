// SPDX-License-Identifier: BSL-1.0
#include "service.hpp"

#include "json_rpc.hpp"

#include <boost/json/parse.hpp>

#include <utility>

namespace mcp {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

/// A question of a session, while it waits for its answer.
struct open_question
{
    explicit open_question(session& asked) : owner(asked), number(asked.next_question++)
    {
        owner.questions.emplace(number, answer);
    }
    open_question(open_question const&) = delete;
    open_question& operator=(open_question const&) = delete;
    ~open_question() { owner.questions.erase(number); }

    session& owner;
    std::int64_t number;
    tidings::channel<std::string> answer{1};
};

} // namespace

tool_call::tool_call(std::shared_ptr<session> caller, tidings::topic stream, json::object const& params)
    : caller_(std::move(caller)), stream_(std::move(stream)), arguments_(object_of(params, "arguments"))
{
    auto const meta = object_of(params, "_meta");
    if (auto const* const token = meta.if_contains("progressToken"))
        progress_token_ = *token;
}

void tool_call::report_progress(double done, double total)
{
    if (progress_token_.is_null())
        return;
    json::object params{{"progressToken", progress_token_}, {"progress", done}, {"total", total}};
    stream_.publish({.data = notification_text("notifications/progress", std::move(params))});
}

void tool_call::log(std::string_view text)
{
    auto const message = caller_->log_text("info", text);
    if (!message.empty())
        stream_.publish({.data = message});
}

asio::awaitable<json::object> tool_call::ask(tidings::context ctx, std::string method, json::object params)
{
    open_question question(*caller_);
    stream_.publish({.data = request_text(question.number, method, std::move(params))});
    auto const text = co_await question.answer.receive(ctx);
    if (!text)
        throw rpc_error(internal_error, "the call was ended");
    auto const answer = json::parse(*text).as_object();
    if (!answer.contains("result"))
        throw rpc_error(internal_error, "the client did not answer " + method);
    co_return object_of(answer, "result");
}

void tool_call::send_away()
{
    stream_.disconnect();
}

json::array text_content(std::string_view text)
{
    json::array content;
    content.push_back({{"type", "text"}, {"text", text}});
    return content;
}

} // namespace mcp
