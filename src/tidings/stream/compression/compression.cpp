// SPDX-License-Identifier: BSL-1.0
#include <tidings/stream/compression/compression.hpp>
#include <tidings/stream/compression/detail/accept_encoding.hpp>
#include <tidings/stream/compression/detail/gzip_coding.hpp>
#ifdef TIDINGS_HAS_ZSTD
#include <tidings/stream/compression/detail/zstd_coding.hpp>
#endif

#include <tidings/http/request.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace tidings {

namespace {

using internal::content_coding;

// In the order in which they are preferred.
std::vector<std::shared_ptr<content_coding const>> known_codings()
{
    std::vector<std::shared_ptr<content_coding const>> all;
#ifdef TIDINGS_HAS_ZSTD
    all.push_back(std::make_shared<detail::zstd_coding>());
#endif
    all.push_back(std::make_shared<detail::gzip_coding>());
    return all;
}

class negotiated_codings final : public internal::content_codings
{
public:
    std::shared_ptr<content_coding const> choose(request const& asked) const override
    {
        std::vector<std::string_view> lines;
        for (std::size_t i = 0; i < asked.header_count(); ++i)
            if (auto const [name, value] = asked.header_at(i); detail::is_accept_encoding(name))
                lines.push_back(value);
        detail::accept_encoding const accepted(lines);
        std::shared_ptr<content_coding const> best;
        for (auto const& each : known_)
            if (accepted.wants(each->name(), best ? best->name() : "identity"))
                best = each;
        return best;
    }

private:
    std::vector<std::shared_ptr<content_coding const>> known_ = known_codings();
};

} // namespace

std::shared_ptr<internal::content_codings const> compression()
{
    return std::make_shared<negotiated_codings>();
}

} // namespace tidings
