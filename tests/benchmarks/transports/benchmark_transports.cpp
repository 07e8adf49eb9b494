// SPDX-License-Identifier: BSL-1.0
// HTTP/1.1 and HTTP/2, plain and over TLS, side by side in one run:
//     benchmark_transports deliveries [STREAMS [REPEATS]]   1,000 and 5 unless said
//     benchmark_transports compression [STREAMS [REPEATS]]
//     benchmark_transports handshakes [REPEATS]
//     benchmark_transports instructions [PART_OF_A_NAME]
// Rows of Go's come with the target go_transports. The servers run on the first processor, in turn, and this
// program on the last. Prints tables: medians, and in brackets the whole range of the repeats; ratios are
// taken inside each repeat.
#include "../load.hpp"
#include "measures.hpp"
#include "server_process.hpp"
#include "tls_credentials.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

using namespace tidings::benchmark;

namespace {

/// A certificate for one run, in a folder of its own.
class certificate_folder
{
public:
    certificate_folder()
    {
        if (!mkdtemp(path_.data()))
            fail("cannot make a folder for a certificate");
        auto const made = tidings::test::make_certificate({.dns = {"localhost"}});
        std::ofstream(path_ + "/chain.pem") << made.chain;
        std::ofstream(path_ + "/key.pem") << made.key;
    }
    ~certificate_folder() { std::filesystem::remove_all(path_); }

    std::string const& path() const { return path_; }

private:
    std::string path_ = (std::filesystem::temp_directory_path() / "tidings-XXXXXX").string();
};

} // namespace

int main(int argc, char** argv)
{
    std::string_view const what = argc > 1 ? argv[1] : "";
    auto const number = [&](int at, int otherwise) { return argc > at ? std::atoi(argv[at]) : otherwise; };
    stay_on_last_processor();
    certificate_folder const certificates;
    if (what == "deliveries")
        measure_deliveries(certificates.path(), static_cast<std::size_t>(number(2, 1000)), number(3, 5));
    else if (what == "compression")
        measure_compression(certificates.path(), static_cast<std::size_t>(number(2, 1000)), number(3, 5));
    else if (what == "handshakes")
        measure_handshakes(certificates.path(), number(2, 5));
    else if (what == "instructions")
        count_instructions(certificates.path(), argc > 2 ? argv[2] : "");
    else
        return fmt::print(stderr,
                          "usage: benchmark_transports deliveries [STREAMS [REPEATS]] | compression [STREAMS "
                          "[REPEATS]] | handshakes [REPEATS] | instructions [PART_OF_A_NAME]\n"),
               2;
}
