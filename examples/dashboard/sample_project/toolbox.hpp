// SPDX-License-Identifier: BSL-1.0
// Small tools, one source file each: enough of them that a build has something to show.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace toolbox {

std::string base64(std::string const& bytes);
std::string binary(unsigned number);
std::string caesar(std::string const& text, int shift);
std::uint32_t crc32(std::string const& bytes);
std::string day_of_week(int year, unsigned month, unsigned day);
std::size_t edit_distance(std::string const& from, std::string const& to);
double evaluate(std::string const& sums);
std::vector<std::uint64_t> fibonacci(std::size_t count);
std::map<char, std::size_t> histogram(std::string const& text);
bool is_palindrome(std::string const& text);
std::string morse(std::string const& text);
std::vector<unsigned> primes(unsigned limit);
std::string roman(unsigned number);
std::vector<std::string> sorted_words(std::string const& text);
std::string title_case(std::string const& text);
std::string wrapped(std::string const& text, std::size_t width);

} // namespace toolbox
