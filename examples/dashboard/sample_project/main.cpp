// SPDX-License-Identifier: BSL-1.0
// Uses each tool once and says what came out; a wrong answer ends the program with 1.
#include "toolbox.hpp"

#include <cstdlib>
#include <iostream>

int main()
{
    bool all_right = true;
    auto expect = [&](char const* tool, auto const& got, auto const& wanted) {
        bool const right = got == wanted;
        all_right = all_right && right;
        std::cout << (right ? "ok     " : "WRONG  ") << tool << std::endl;
    };

    using namespace toolbox;
    expect("base64", base64("tidings"), "dGlkaW5ncw==");
    expect("binary", binary(42), "101010");
    expect("caesar", caesar("Hello, World", 13), "Uryyb, Jbeyq");
    expect("crc32", crc32("123456789"), 0xCBF43926u);
    expect("day_of_week", day_of_week(1969, 7, 20), "1969-07-20 was a Sunday");
    expect("edit_distance", edit_distance("kitten", "sitting"), 3u);
    expect("evaluate", evaluate("1 + 2.5 - 3"), 0.5);
    expect("fibonacci", fibonacci(10).back(), 55u);
    expect("histogram", histogram("Stream of events")['e'], 3u);
    expect("is_palindrome", is_palindrome("Never odd or even"), true);
    expect("morse", morse("sos"), "... --- ... ");
    expect("primes", primes(30).size(), 10u);
    expect("roman", roman(1994), "MCMXCIV");
    expect("sorted_words", sorted_words("one three two one").size(), 3u);
    expect("title_case", title_case("good news travels"), "Good News Travels");
    expect("wrapped", wrapped("good news travels", 10), "good news \ntravels ");
    return all_right ? EXIT_SUCCESS : EXIT_FAILURE;
}
