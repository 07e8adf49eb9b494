// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/probe/detail/path_judgement.hpp>
#include <tidings/probe/detail/path_proxies.hpp>

#include <string>

namespace tidings::detail {

/// All of it for people: sections that begin with "# " and a title, settings indented by four blanks.
std::string verdict(path_observation const& seen, path_guess const& guess);

} // namespace tidings::detail
