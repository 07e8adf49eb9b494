// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/detail/case_set.hpp>
#include <tidings/wait/detail/operation.hpp>
#include <tidings/wait/detail/wait_operation.hpp>

#include <cstdint>
#include <tuple>

namespace tidings {

class progress;

namespace detail {

struct progress_mark
{
    progress* of;
    std::uint64_t mark;
};

struct progress_node : wait_node
{
    std::uint64_t mark = 0;
};

class progress_case
{
public:
    static constexpr bool meets = false;

    explicit progress_case(progress_mark where) noexcept : of_(where.of) { node_.mark = where.mark; }

    readiness poll(loop&);
    bool link(operation& owner, int index);
    void unlink(operation&);
    bool is_reached() const noexcept;

private:
    progress* of_;
    progress_node node_;
};

struct progress_shape
{
    using result = bool;
    using until = no_context;
    static constexpr fairness order = fairness::leftmost;
    static bool make(int, std::tuple<progress_case>& only) { return std::get<0>(only).is_reached(); }
};

} // namespace detail

/// A count that only grows, such as the bytes that have left a stream; coroutines wait until it reaches a
/// mark. For the layers above; on one loop only.
class progress
{
public:
    /// Makes what progress it can when somebody begins to wait.
    class driver
    {
    public:
        virtual void drive() = 0;

    protected:
        ~driver() = default;
    };

    /// True when the mark was reached, false when the progress ended before.
    using wait_type = detail::wait_operation<detail::progress_shape, detail::progress_case>;

    explicit progress(driver& by) noexcept : by_(by) {}
    progress(progress const&) = delete;
    progress& operator=(progress const&) = delete;

    std::uint64_t reached() const noexcept { return reached_; }
    bool has_ended() const noexcept { return has_ended_; }

    void advance(std::uint64_t by);
    void end();

    [[nodiscard]] wait_type wait_for(std::uint64_t mark)
    {
        return wait_type(home_, detail::progress_mark{this, mark});
    }

private:
    friend class detail::progress_case;

    driver& by_;
    detail::loop* home_ = nullptr; // once somebody has waited
    std::uint64_t reached_ = 0;
    bool has_ended_ = false;
    // Their marks rise, but for coroutines that await out of the order of their calls.
    detail::wait_list waiters_;
};

} // namespace tidings
