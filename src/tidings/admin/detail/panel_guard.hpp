// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/admin/admin.hpp>
#include <tidings/http/headers.hpp>
#include <tidings/http/request.hpp>
#include <tidings/http/response.hpp>
#include <tidings/stream/handler.hpp>

#include <optional>
#include <string>

namespace tidings::detail {

/// Who may see which page of the panel. Immutable.
class panel_guard
{
public:
    /// Throws as the constructor of `admin` does.
    panel_guard(endpoint const& where, admin_options const& options);

    /// A check of every request. Puts headers on each answer that keep a browser from running, embedding or
    /// storing what is not meant to be.
    std::optional<response> operator()(request& asked, headers& of_the_answer) const;

    /// The answer to the login form: a cookie for the right token.
    response log_in(request const& form) const;

private:
    bool is_known(request const& asked) const noexcept;

    std::string token_;
    std::string cookie_;  // its name: browsers send cookies of one port to all others of a host
    std::string session_; // its value: not the token, since other ports see it
    bool is_encrypted_;
    request_check host_;
    request_check origin_;
};

} // namespace tidings::detail
