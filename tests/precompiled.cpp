// SPDX-License-Identifier: BSL-1.0
// CMake precompiles headers for a target, and a target has a source.
