// SPDX-License-Identifier: BSL-1.0
#include <tidings/middleware/check_origin.hpp>
#include <tidings/middleware/cors.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace tidings {

namespace {

class cors_rules
{
public:
    explicit cors_rules(cors_options options)
        : any_(is_any(options)), credentials_(options.credentials),
          origins_(any_ ? std::vector<std::string>() : std::move(options.origins)),
          methods_(fmt::format("{}", fmt::join(options.methods, ", "))),
          request_headers_(fmt::format("{}", fmt::join(options.request_headers, ", "))),
          exposed_headers_(fmt::format("{}", fmt::join(options.exposed_headers, ", "))),
          max_age_(fmt::format("{}", options.max_age.count()))
    {
        detail::require_origins(origins_);
    }

    static bool is_preflight(request const& asked)
    {
        return asked.method() == "OPTIONS" && asked.has_header("Origin") &&
               asked.has_header("Access-Control-Request-Method");
    }

    response answer_preflight(request const& asked) const
    {
        bool const allowed = allows(asked);
        response answer = allowed ? response(204) : response::text("this origin is not allowed\n", 403);
        answer.with_header("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
        if (!allowed)
            return answer;
        answer.with_header("Access-Control-Allow-Origin", named_origin(asked));
        if (credentials_)
            answer.with_header("Access-Control-Allow-Credentials", "true");
        answer.with_header("Access-Control-Allow-Methods", methods_);
        answer.with_header("Access-Control-Allow-Headers", request_headers_);
        answer.with_header("Access-Control-Max-Age", max_age_);
        return answer;
    }

    void add_headers(request const& asked, headers& answer) const
    {
        // Also where the origin is a wrong one or is missing: a cache must not give this answer to another.
        if (!any_)
            answer.add("Vary", "Origin");
        if (!allows(asked))
            return;
        answer.set("Access-Control-Allow-Origin", named_origin(asked));
        if (credentials_)
            answer.set("Access-Control-Allow-Credentials", "true");
        if (!exposed_headers_.empty())
            answer.set("Access-Control-Expose-Headers", exposed_headers_);
    }

private:
    static bool is_any(cors_options const& options)
    {
        bool const is_any = std::ranges::find(options.origins, "*") != options.origins.end();
        if (is_any && options.credentials)
            throw std::invalid_argument("tidings: cors: browsers refuse the origin \"*\" together with "
                                        "credentials; list the origins that may send them");
        if (is_any && options.origins.size() != 1)
            throw std::invalid_argument("tidings: cors: \"*\" must be the only origin");
        return is_any;
    }

    bool allows(request const& asked) const
    {
        return any_ || std::ranges::find(origins_, asked.header("Origin")) != origins_.end();
    }

    std::string named_origin(request const& asked) const
    {
        return any_ ? std::string("*") : std::string(asked.header("Origin"));
    }

    bool any_;
    bool credentials_;
    std::vector<std::string> origins_;
    std::string methods_;
    std::string request_headers_;
    std::string exposed_headers_;
    std::string max_age_;
};

} // namespace

request_check cors(cors_options options)
{
    auto const rules = std::make_shared<cors_rules const>(std::move(options));
    return [rules](request const& asked, headers& of_the_answer) -> std::optional<response> {
        if (cors_rules::is_preflight(asked))
            return rules->answer_preflight(asked);
        rules->add_headers(asked, of_the_answer);
        return std::nullopt;
    };
}

} // namespace tidings
