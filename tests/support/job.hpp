// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/list.hpp>

#include <functional>
#include <utility>

namespace tidings::test {

/// Any function, to be pushed to a loop.
struct job : internal::run_node
{
    explicit job(std::function<void()> what) : what(std::move(what)) {}
    void run() override { what(); }
    std::function<void()> what;
};

} // namespace tidings::test
