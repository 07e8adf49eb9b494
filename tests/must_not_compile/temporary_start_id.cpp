// SPDX-License-Identifier: BSL-1.0
// A start position borrows its id, and the temporary ends with the line.
// must not compile: deleted function.*from_id
#include <tidings/hub/following.hpp>

#include <string>

std::string asked_for();

tidings::start_position where()
{
    auto const start = tidings::from_id(asked_for());
    return start;
}
