// SPDX-License-Identifier: BSL-1.0
// usage: fuzz_NAME FOLDER
// Runs a fuzz program once for each file of its corpus: where there is no libFuzzer, and as a test.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

int main(int argc, char** argv)
{
    int files = 0;
    if (argc == 2) {
        for (auto const& each : std::filesystem::recursive_directory_iterator(argv[1])) {
            if (!each.is_regular_file())
                continue;
            // The last name that is printed is that of the file which ended the program.
            std::printf("%s\n", each.path().c_str());
            std::fflush(stdout);
            std::ifstream from(each.path(), std::ios::binary);
            std::string const bytes{std::istreambuf_iterator<char>(from), {}};
            LLVMFuzzerTestOneInput(reinterpret_cast<std::uint8_t const*>(bytes.data()), bytes.size());
            ++files;
        }
    }
    if (files == 0)
        std::fprintf(stderr, "usage: %s FOLDER, which has files\n", argv[0]);
    return files == 0 ? 1 : 0;
}
