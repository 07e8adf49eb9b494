// SPDX-License-Identifier: BSL-1.0
#include "toolbox.hpp"

#include <array>
#include <chrono>
#include <iomanip>
#include <sstream>

namespace toolbox {

std::string day_of_week(int year, unsigned month, unsigned day)
{
    using namespace std::chrono;
    static std::array<char const*, 7> const names{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                  "Thursday", "Friday", "Saturday"};
    std::ostringstream text;
    text << year << '-' << std::setfill('0') << std::setw(2) << month << '-' << std::setw(2) << day
         << " was a "
         << names[weekday(std::chrono::year(year) / static_cast<int>(month) / static_cast<int>(day))
                      .c_encoding()];
    return text.str();
}

} // namespace toolbox
