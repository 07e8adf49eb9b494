// SPDX-License-Identifier: BSL-1.0
#include "byte_stream.hpp"
#include "http_client.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>

namespace tidings::test {

namespace {

std::unique_ptr<byte_stream> connect(std::uint16_t port, bool over_tls)
{
    return over_tls ? std::make_unique<byte_stream>(port, tls_client_options{.protocols = {"http/1.1"}})
                    : std::make_unique<byte_stream>(port);
}

std::string lower_case(std::string text)
{
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

class http1_answer final : public answering
{
public:
    http1_answer(std::uint16_t port, bool over_tls, asking const& what)
        : to_(connect(port, over_tls)), has_body_(what.method != "HEAD")
    {
        std::string head = what.method + " " + what.target + " HTTP/1.1\r\nhost: localhost\r\n";
        for (auto const& [name, value] : what.fields)
            head.append(name).append(": ").append(value).append("\r\n");
        std::string const body = what.body.value_or("");
        if (what.body)
            head += "content-length: " + std::to_string(body.size()) + "\r\n";
        to_->send(head + "\r\n" + (what.holds_body_back ? "" : body));
    }

    std::string read_some() override
    {
        if (!wait_for_head(false) || !has_body_ || is_whole_)
            return {};
        if (is_chunked_ && left_ == 0) {
            std::string const size = take_line();
            left_ = size.empty() ? 0 : std::stoul(size, nullptr, 16);
            is_whole_ = !size.empty() && left_ == 0;
            if (left_ == 0)
                return {};
        }
        if (received_.empty() && !fill())
            return {};
        std::string some = received_.substr(0, left_);
        received_.erase(0, some.size());
        left_ -= some.size();
        if (is_chunked_ && left_ == 0)
            take_line();
        is_whole_ = !is_chunked_ && left_ == 0;
        return some;
    }

    bool is_whole() override { return is_whole_; }
    void send_body(std::string const& bytes) override { to_->send(bytes); }
    void leave() override { to_->close(); }

private:
    head const* wait_for_head(bool may_be_100) override
    {
        while (head_.status == 0 || (head_.status == 100 && !may_be_100)) {
            std::string line = take_line();
            if (line.size() < 12)
                return nullptr;
            head_ = {.status = std::stoi(line.substr(9, 3))};
            for (line = take_line(); !line.empty(); line = take_line()) {
                auto const colon = line.find(": ");
                head_.fields.emplace_back(lower_case(line.substr(0, colon)), line.substr(colon + 2));
                auto const& [name, value] = head_.fields.back();
                is_chunked_ = is_chunked_ || (name == "transfer-encoding" && value == "chunked");
                if (name == "content-length")
                    left_ = std::stoul(value);
            }
            is_whole_ = head_.status != 100 && !is_chunked_ && left_ == 0;
        }
        return &head_;
    }

    // Without its end; empty also when nothing comes any more.
    std::string take_line()
    {
        for (;;) {
            auto const end = received_.find("\r\n");
            if (end != std::string::npos) {
                std::string line = received_.substr(0, end);
                received_.erase(0, end + 2);
                return line;
            }
            if (!fill())
                return {};
        }
    }

    bool fill()
    {
        std::string const more = to_->receive();
        received_ += more;
        return !more.empty();
    }

    std::unique_ptr<byte_stream> to_;
    head head_;
    std::string received_;
    std::size_t left_ = 0; // of the body, or of the chunk
    bool const has_body_;
    bool is_chunked_ = false;
    bool is_whole_ = false;
};

class one_request_a_connection final : public http_client
{
public:
    one_request_a_connection(std::uint16_t port, bool over_tls) : port_(port), over_tls_(over_tls) {}

    std::unique_ptr<answering> ask(asking const& what) override
    {
        return std::make_unique<http1_answer>(port_, over_tls_, what);
    }

private:
    std::uint16_t port_;
    bool over_tls_;
};

} // namespace

std::unique_ptr<http_client> http1_client(std::uint16_t port, bool over_tls)
{
    return std::make_unique<one_request_a_connection>(port, over_tls);
}

} // namespace tidings::test
