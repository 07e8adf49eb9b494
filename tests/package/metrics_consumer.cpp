// SPDX-License-Identifier: BSL-1.0
// A user's program whose server tells of itself.
#include <tidings/metrics/metrics.hpp>

int main()
{
    tidings::server server({.listen = {}});
    tidings::topic_registry const topics;
    topics.add("news");
    server.get("/metrics", tidings::metrics(server, topics));
    return 0;
}
