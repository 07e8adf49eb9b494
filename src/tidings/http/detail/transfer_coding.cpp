// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/detail/syntax.hpp>
#include <tidings/http/detail/transfer_coding.hpp>

namespace tidings::detail {

transfer_coding transfer_coding_of(request const& request)
{
    std::size_t codings = 0;
    std::size_t chunked = 0;
    bool chunked_is_last = false;
    for (std::size_t i = 0; i != request.header_count(); ++i) {
        auto [name, list] = request.header_at(i);
        if (!equals_ignoring_case(name, "Transfer-Encoding"))
            continue;
        do {
            auto const coding = take_list_item(list);
            if (!is_token(trimmed(coding.substr(0, coding.find(';')))))
                return transfer_coding::malformed;
            chunked_is_last = equals_ignoring_case(coding, "chunked");
            chunked += chunked_is_last ? 1 : 0;
            ++codings;
        } while (!list.empty());
    }
    if (codings == 0)
        return transfer_coding::none;
    if (chunked > 1 || (chunked == 1 && !chunked_is_last))
        return transfer_coding::malformed;
    return codings == 1 && chunked == 1 ? transfer_coding::chunked : transfer_coding::unsupported;
}

} // namespace tidings::detail
