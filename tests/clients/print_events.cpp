// SPDX-License-Identifier: BSL-1.0
// usage: print_events FILE
// Reads a file as an event stream, and prints what our parser makes of it: for each event its id, type and
// data in hexadecimal digits, and last the retry time, if there was one.
#include <tidings/sse/event_parser.hpp>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace {

void print_hex(std::string_view text, char const* end)
{
    for (char const c : text)
        std::printf("%02x", static_cast<unsigned char>(c));
    std::fputs(end, stdout);
}

} // namespace

int main(int argc, char** argv)
{
    std::ifstream from(argc == 2 ? argv[1] : "", std::ios::binary);
    if (!from) {
        std::fprintf(stderr, "usage: %s FILE, which can be read\n", argv[0]);
        return 1;
    }
    std::string const bytes{std::istreambuf_iterator<char>(from), {}};
    tidings::event_parser parser;
    std::string_view rest = bytes;
    while (auto const event = parser.next(rest)) {
        print_hex(event->id(), " ");
        print_hex(event->type(), " ");
        print_hex(event->data(), "\n");
    }
    if (auto const retry = parser.retry())
        std::printf("retry %lld\n", static_cast<long long>(retry->count()));
    return 0;
}
