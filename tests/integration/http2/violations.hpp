// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

namespace tidings::test {

/// What a client sends behind its preface and its settings, and what the server is to do.
struct violation
{
    std::string section; ///< of RFC 9113; of RFC 7541 and others where that is said
    std::string what;
    std::string bytes;
    /// One of those with " or " between them:
    /// - "GOAWAY PROTOCOL_ERROR": the connection ends so;
    /// - "RST_STREAM PROTOCOL_ERROR": a stream does, and the connection goes on;
    /// - "200": so a request is answered;
    /// - "quiet": none of these, and a ping is answered;
    /// - "closed": the connection ends without a word.
    std::string expected;
    /// The client says nothing before.
    bool is_from_the_start = false;
};

/// GET / is answered with 200, POST / too, with any body; GET /events is a stream that stays open.
std::vector<violation> const& violations();

} // namespace tidings::test
