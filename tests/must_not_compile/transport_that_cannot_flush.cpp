// SPDX-License-Identifier: BSL-1.0
// A transport that keeps what it is given, instead of handing it to the peer's side now.
// must not compile: abstract.*buffering|buffering.*abstract
#include <tidings/stream/internal/transport.hpp>

#include <string>

class buffering final : public tidings::internal::transport
{
public:
    std::string stream_head(int, tidings::headers const&) override { return {}; }
    std::string plain_head(int, tidings::headers const&, std::uint64_t) override { return {}; }
    void lost() override {}
    tidings::internal::framing body_framing() const noexcept override
    {
        return tidings::internal::framing::none;
    }
    void await_writable() override {}
    void finish() override {}
    void feed_failed(std::exception_ptr) override {}
    void cut(tidings::cut_reason) override {}
};

buffering over;
