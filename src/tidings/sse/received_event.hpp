// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <utility>

namespace tidings {

/// An event as a client's listener gets it. A value type that owns its text.
class received_event
{
public:
    received_event(std::string id, std::string type, std::string data)
        : id_(std::move(id)), type_(std::move(type)), data_(std::move(data))
    {}

    /// The last event id when the event was dispatched: its own, or that of an earlier one.
    [[nodiscard]] std::string const& id() const noexcept { return id_; }
    /// "message" if the stream named none.
    [[nodiscard]] std::string const& type() const noexcept { return type_; }
    [[nodiscard]] std::string const& data() const noexcept { return data_; }

    bool operator==(received_event const&) const = default;

private:
    std::string id_;
    std::string type_;
    std::string data_;
};

} // namespace tidings
