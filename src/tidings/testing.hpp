// SPDX-License-Identifier: BSL-1.0
/// All of `tidings::testing`, which is a separate CMake target.
#pragma once

#include <tidings/testing/app.hpp>
#include <tidings/testing/client.hpp>
#include <tidings/testing/print.hpp>
#include <tidings/testing/received_head.hpp>
#include <tidings/testing/store.hpp>
#include <tidings/testing/stream.hpp>
#include <tidings/testing/virtual_time.hpp>
