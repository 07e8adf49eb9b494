// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/admin/detail/tail_batch.hpp>
#include <tidings/admin/detail/topic_table.hpp>
#include <tidings/http/request.hpp>
#include <tidings/hub/subscription.hpp>
#include <tidings/hub/topic_registry.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tidings::detail {

/// What one open console is shown: samples, the table of topics, and the events of one topic. All on one
/// stream, since a browser has six connections for all of its tabs. It belongs to the handler of the stream.
class console_view
{
public:
    /// The query of `asked` has `order` and `match` for the table, and the name of the `topic`, if any.
    console_view(context ctx, topic_registry topics, topic const& samples, request const& asked);

    /// What is to be sent now. Called ten times a second.
    std::vector<event_text> due();

private:
    void follow_topic(std::vector<event_text>& into);
    void show_topics(std::vector<event_text>& into);

    context const ctx_;
    topic_registry const topics_;
    subscription samples_;
    topic_table table_;
    std::string const followed_;
    std::shared_ptr<tail_batch> tail_; ///< null while there is no such topic
    bool has_followed_ = false;
    unsigned turns_ = 0;
};

} // namespace tidings::detail
