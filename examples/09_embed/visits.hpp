// SPDX-License-Identifier: BSL-1.0
#pragma once

/// Counts a visit, and returns how many there have been. Blocks. From any thread.
int count_visit();
