// SPDX-License-Identifier: BSL-1.0
#include <tidings/admin/admin.hpp>
#include <tidings/admin/detail/panel.hpp>

#include <utility>

namespace tidings {

admin::admin(endpoint const& where, server& of, topic_registry const& topics, admin_options options)
    : panel_(std::make_unique<detail::panel>(where, of, topics, std::move(options)))
{}

admin::~admin() = default;

std::uint16_t admin::port() const
{
    return panel_->port();
}

} // namespace tidings
