// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic.hpp>
#include <tidings/hub/topic_registry.hpp>
#include <tidings/server/server.hpp>

namespace tidings::detail {

/// The page of a panel and what it asks for.
class console
{
public:
    console(topic_registry topics, topic samples, bool may_publish)
        : topics_(std::move(topics)), samples_(std::move(samples)), may_publish_(may_publish)
    {}

    /// - `/`, `/login` and the files that they name;
    /// - `/about`: JSON with what the page may do;
    /// - `/live?order=…&match=…&topic=…`: a stream with the samples, those of the past first, and with events
    /// of
    ///   type `topics`, the table, `followed`, what has become of the topic, and `tail`, its events;
    /// - `POST /publish`, where it is allowed: a form with `topic`, `type` and `data`.
    ///
    /// They use this object, which must outlive the server.
    void add_routes(server& to) const;

private:
    topic_registry const topics_;
    topic const samples_;
    bool const may_publish_;
};

} // namespace tidings::detail
