// SPDX-License-Identifier: BSL-1.0
#include "run_call.hpp"

#include "json_rpc.hpp"

#include <boost/json/serialize.hpp>

#include <fmt/format.h>

#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace mcp {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

/// The place of a call among those of its session, where it can be canceled.
class open_call
{
public:
    open_call(session& owner, json::value const& id, tidings::context_scope& scope)
        : owner_(owner), key_(json::serialize(id))
    {
        owner_.calls.emplace(key_, &scope);
    }
    open_call(open_call const&) = delete;
    open_call& operator=(open_call const&) = delete;
    ~open_call() { owner_.calls.erase(key_); }

private:
    session& owner_;
    std::string key_;
};

json::object failure_of_tool(char const* why)
{
    return {{"content", text_content(why)}, {"isError", true}};
}

asio::awaitable<std::string> answer_text(tidings::context ctx, tool const& called, json::value const& id,
                                         tool_call& call)
{
    try {
        auto content = co_await called.run(ctx, call);
        json::object result{{"content", std::move(content)}};
        co_return result_text(id, std::move(result));
    } catch (rpc_error const& error) {
        co_return error_text(id, error.code(), error.what());
    } catch (std::exception const& error) {
        co_return result_text(id, failure_of_tool(error.what()));
    }
}

} // namespace

json::object answer_of(tool const& called, json::object const& arguments)
{
    try {
        return {{"content", called.answer(arguments)}};
    } catch (rpc_error const&) {
        throw;
    } catch (std::exception const& error) {
        return failure_of_tool(error.what());
    }
}

// [run]
asio::awaitable<void> run_call(tidings::context ctx, std::shared_ptr<session> caller, tool const* called,
                               json::value id, json::object params, tidings::topic stream)
{
    auto until_canceled = tidings::with_cancel(ctx);
    open_call const here(*caller, id, until_canceled);
    tool_call call(caller, stream, params);
    std::string const answer = co_await answer_text(until_canceled, *called, id, call);
    if (!until_canceled.is_done())
        stream.publish({.data = answer});
    else if (until_canceled.reason() == tidings::end_reason::server_stopping)
        stream.publish({.data = error_text(id, internal_error, "the server is about to stop")});
    else // canceled: nobody waits for an answer
        caller->log("info", fmt::format("{} was canceled",
                                        std::string_view(called->description.at("name").as_string())));
    stream.close();
}
// [/run]

} // namespace mcp
