// SPDX-License-Identifier: BSL-1.0
// A user's program with a panel for those who operate it.
#include <tidings/admin/admin.hpp>

int main()
{
    tidings::server server({.listen = {}});
    tidings::topic_registry const topics;
    topics.add("news");
    tidings::admin const panel({.port = 0}, server, topics);
    return panel.port() == 0 ? 1 : 0;
}
