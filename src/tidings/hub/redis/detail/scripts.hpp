// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic_store.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace tidings::detail::scripts {

// What the engine does in one step each. All are given one key, the hash of the hub; the names of the others
// are made of it and of the epoch, see docs/design/redis.md. Numbers are text, since Lua's have 53 bits and
// are written as floats.

/// Begins a life where the engine is another one, or has less than the node has seen of it.
/// Arguments: who the engine is, an epoch for a new order, the epoch that the node knows, the highest number
/// that it has seen of that, the node.
/// Answers epoch, life, newest number, last sequence number of the node, each rollback: "survived resumed".
extern std::string const join;

/// Arguments: epoch, life, node, its sequence number, that before it, topic, own id, key, milliseconds since
/// 1970, text, the bounds of the topic: events, bytes, milliseconds (0: none), producer, its sequence number
/// (0: there is none).
/// Answers the number; 0 for an own id that the topic knows; "gap LAST" for a number of the producer that
/// does not come next. A repeat, of the node or of the producer, is answered as the first was, or with
/// "duplicate" where that is not known any more. Errors: LIFE, and GAP of the node.
extern std::string const publish;

/// Arguments: epoch, topic, after, through, the most events, the most bytes; one event there is always.
/// Answers the newest number that is lost, 1 if there is no more, and the events.
extern std::string const read;

/// Writes, so that there is something for which an engine can wait.
/// Arguments: epoch, life, node.
/// Answers 1; 0 when the node has never published.
extern std::string const write;

/// Pushes "token newest-of-all newest-of-the-topic" to the node's own channel, in order with all events.
/// Arguments: epoch, life, node, token, topic (may be empty).
/// Answers how many were there to hear it.
extern std::string const probe;

/// Reads an event as the engine keeps it and pushes it, with `previous`; one that is too large is pushed
/// without its text. Nothing when it is none: whoever writes into the engine is not trusted. What its text
/// says is checked by the hub.
std::optional<stored_event> parse_event(std::string_view text);

} // namespace tidings::detail::scripts
