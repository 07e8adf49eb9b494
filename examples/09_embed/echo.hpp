// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/context.hpp>

#include <boost/asio/io_context.hpp>

/// Sends back what it is sent, over TCP, until the context ends; prints the port, which the system chooses.
void serve_echoes(tidings::context ctx, boost::asio::io_context& loop);
