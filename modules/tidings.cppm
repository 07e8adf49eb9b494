// SPDX-License-Identifier: BSL-1.0
// The public names as a module. Importers still include <coroutine> and what else they name of the standard
// library and of Asio, before they import.
module;

#include <tidings/tidings.hpp>

export module tidings;

export namespace tidings {

// sse/
using tidings::event;
using tidings::event_parser;
using tidings::event_text;
using tidings::is_valid_utf8;
using tidings::received_event;
using tidings::replace_invalid_utf8;
using tidings::utf8_joiner;

// wait/
using tidings::after;
using tidings::bind;
using tidings::blocking_threads;
using tidings::channel;
using tidings::clock;
using tidings::closed;
using tidings::context;
using tidings::context_scope;
using tidings::done;
using tidings::duration;
using tidings::end_reason;
using tidings::join_tasks;
using tidings::later;
using tidings::operation;
using tidings::run_blocking;
using tidings::select;
using tidings::select_ordered;
using tidings::select_result;
using tidings::sending;
using tidings::spawn;
using tidings::task_group;
using tidings::ticker;
using tidings::time_point;
using tidings::to_string;
using tidings::try_select;
using tidings::wait_source;
using tidings::with_cancel;
using tidings::with_deadline;
using tidings::with_timeout;

// http/
using tidings::headers;
using tidings::refused_for_now;
using tidings::request;
using tidings::request_check;
using tidings::response;

// stream/
using tidings::cut_reason;
using tidings::event_stream;
using tidings::handler;
using tidings::middleware;
using tidings::stream_end;
using tidings::stream_handler;

// hub/
using tidings::event_filter;
using tidings::follow_end;
using tidings::from_id;
using tidings::from_last;
using tidings::from_newest;
using tidings::from_oldest;
using tidings::long_poll;
using tidings::long_poll_options;
using tidings::overflow;
using tidings::publish_result;
using tidings::publish_status;
using tidings::start_position;
using tidings::store_events;
using tidings::stored_event;
using tidings::subscription;
using tidings::too_many_topics;
using tidings::topic;
using tidings::topic_list;
using tidings::topic_options;
using tidings::topic_registry;
using tidings::topic_registry_options;
using tidings::topic_registry_stats;
using tidings::topic_stats;
using tidings::topic_store;

// net/
using tidings::endpoint;

// server/
using tidings::half_close;
using tidings::log_hook;
using tidings::log_level;
using tidings::log_to_stderr;
using tidings::route_options;
using tidings::server;
using tidings::server_options;
using tidings::server_stats;

// middleware/
using tidings::admission;
using tidings::authenticate;
using tidings::bearer_token;
using tidings::check_host;
using tidings::check_local_host;
using tidings::check_origin;
using tidings::cors;
using tidings::cors_options;
using tidings::equal_in_constant_time;
using tidings::log_requests;

} // namespace tidings
