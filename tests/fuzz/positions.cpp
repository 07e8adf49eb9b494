// SPDX-License-Identifier: BSL-1.0
// Clients that come back to topics with any id. What a client has missed it gets, in order and once, or it is
// told that something is missing. Every id that it was given leads it back to where it was. The topics stand
// alone, or are those of one registry.
#include <tidings/http/internal/request_parser.hpp>
#include <tidings/hub/detail/registry_state.hpp>
#include <tidings/hub/subscription.hpp>
#include <tidings/hub/topic.hpp>
#include <tidings/hub/topic_list.hpp>
#include <tidings/hub/topic_registry.hpp>
#include <tidings/wait/context.hpp>

#include "input.hpp"
#include "require.hpp"

#include <boost/asio/io_context.hpp>

#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using tidings::fuzz::input;
using tidings::fuzz::require;

namespace {

constexpr std::size_t topic_count = 3;
constexpr std::array<char const*, topic_count> names{"a", "b & c=d", "\u03c0/{x}"};
constexpr std::size_t most_id_bytes = 29; // of an order

/// A topic, and what was published in each of its lives.
struct publisher
{
    struct published
    {
        std::string id;
        std::string key;
        bool is_own_id = false;
        bool is_superseded = false;
    };
    struct past_life
    {
        std::size_t order;
        std::size_t events;
    };

    std::optional<tidings::topic> topic;
    std::size_t order = 0; // the orders are counted
    std::size_t life = 0;
    std::vector<published> events; // of this life
    std::vector<past_life> past;   // lives, the first one is life 1
};

/// Where a client is in a topic: it has everything before `index`.
struct place
{
    std::size_t life;
    std::size_t index;
};

using places = std::array<std::optional<place>, topic_count>;

/// An id that was given out, and what it stands for: a place in one topic, or in several.
struct given_id
{
    std::string text;
    places at;
    std::optional<std::size_t> publisher{}; ///< the topic whose publisher brought it
};

class world
{
public:
    explicit world(input& from) : from_(from)
    {
        auto const kind = from.choose(3);
        is_roomy_ = kind % 2 == 0;
        is_shared_ = kind >= 2;
        options_.overflow =
            std::array{tidings::overflow::cut, tidings::overflow::drop_oldest, tidings::overflow::keep_latest,
                       tidings::overflow::wait}[from.choose(3)];
        if (!is_roomy_)
            options_.max_events = 1 + from.choose(7);
        if (!is_roomy_ && from.choose(3) == 0)
            options_.history_bytes = 64;
        begin_order(0);
        for (std::size_t i = 1; !is_shared_ && i != topic_count; ++i)
            begin_order(i);
    }

    void step()
    {
        std::size_t const at = from_.choose(topic_count - 1);
        switch (from_.choose(11)) {
        case 0:
        case 1:
            publish(at, {}, {});
            break;
        case 2:
            publish(at, std::string(from_.text(from_.choose(12))), {});
            break;
        case 3:
            publish(at, changed(any_given_id().text), {});
            break;
        case 4:
            publish(at, {}, std::string(1, static_cast<char>('a' + from_.choose(2))));
            break;
        case 5:
            (void)topics_[at].topic->publish_comment("a comment");
            break;
        case 6:
            (void)topics_[at].topic->publish_retry(std::chrono::milliseconds(from_.choose(255)));
            break;
        case 7:
            come_back(any_given_id());
            break;
        case 8:
            come_with(std::string(from_.text(from_.choose(30))), false);
            break;
        case 9:
            come_with(changed(any_given_id().text), true);
            break;
        case 10:
            read(1 + from_.choose(9));
            break;
        default:
            if (is_shared_ && from_.choose(1) == 0)
                forget(at);
            else
                begin_order(at);
        }
    }

    void finish()
    {
        read(1000);
        leave();
    }

private:
    // Publishing

    /// A topic that stands alone is made anew; of a registry all are.
    void begin_order(std::size_t at)
    {
        leave();
        ++orders_;
        if (!is_shared_)
            return begin_life(at, tidings::topic(options_of(at)));
        all_.emplace();
        tidings::internal::access::state(*all_).set_clock([this] { return now_; });
        all_->add("{name...}", options_);
        for (std::size_t i = 0; i != topic_count; ++i)
            begin_life(i, all_->get(names[i]).value());
    }

    /// One topic of the registry has not been used for so long that it is gone.
    void forget(std::size_t at)
    {
        leave();
        topics_[at].topic.reset();
        for (int looks = 0; looks != 2; ++looks) {
            now_ += std::chrono::hours(1);
            (void)all_->expire();
        }
        require(!all_->find(names[at]), "a topic that nobody uses is forgotten");
        is_roomy_ = false;
        begin_life(at, all_->get(names[at]).value());
    }

    tidings::topic_options options_of(std::size_t at) const
    {
        auto options = options_;
        options.name = names[at];
        return options;
    }

    void begin_life(std::size_t at, tidings::topic anew)
    {
        auto& of = topics_[at];
        if (of.life > 0)
            of.past.push_back({of.order, of.events.size()});
        of.topic = std::move(anew);
        of.events.clear();
        of.order = orders_;
        ++of.life;
    }

    void publish(std::size_t at, std::string const& own_id, std::string key)
    {
        if (options_.overflow != tidings::overflow::keep_latest)
            key.clear();
        auto& of = topics_[at];
        auto const data = std::to_string(at) + ' ' + std::to_string(of.events.size());
        tidings::event const value{.id = own_id, .data = data};
        tidings::publish_result result;
        try {
            result = of.topic->try_publish(key, value);
        } catch (std::invalid_argument const&) {
            require(!own_id.empty(), "what a topic numbers itself is not refused");
            return;
        }
        if (!result)
            return;
        if (!key.empty())
            for (auto& each : of.events)
                each.is_superseded |= each.key == key;
        bool const is_own = !own_id.empty();
        of.events.push_back({.id = result.id, .key = std::move(key), .is_own_id = is_own});
        forget_reused(at, result.id, is_own);
        places behind; // of a registry in all topics: the number is that of all
        for (std::size_t i = 0; i != topic_count; ++i)
            if (is_shared_ || i == at)
                behind[i] = place{topics_[i].life, topics_[i].events.size()};
        note(result.id, behind, is_own ? std::optional(at) : std::nullopt);
        require(of.topic->position() == result.id, "a topic's position is the id of its newest event",
                result.id);
    }

    // A publisher's own id may be used again in another life of its topic, and once its event is forgotten;
    // one of ours never is.
    void forget_reused(std::size_t at, std::string const& id, bool is_own)
    {
        std::erase_if(given_, [&](given_id const& each) {
            if (each.text != id || (is_own && each.publisher != at))
                return false;
            bool const is_of_this_life = is_own && each.at[at]->life == topics_[at].life;
            require(is_own && !(is_roomy_ && is_of_this_life), "no two places of a topic have one id", id);
            return true;
        });
    }

    // Clients

    /// What the client of now is owed in a topic.
    struct debt
    {
        bool is_followed = false;
        bool must_be_told = false;       ///< before it gets an event
        std::optional<std::size_t> next; ///< this event, and none before it; nothing: any
    };

    void come_back(given_id const& with)
    {
        std::size_t const followed = choose_topics();
        std::array<debt, topic_count> owed;
        std::size_t covered = 0;
        for (auto const& each : with.at)
            covered += each ? 1 : 0;
        bool const leads_elsewhere =
            with.publisher && is_place_of_another(*with.publisher, with.text, followed);
        for (std::size_t i = 0; i != topic_count; ++i) {
            owed[i].is_followed = (followed >> i & 1) != 0;
            if (!with.at[i] || leads_elsewhere)
                continue;
            owed[i].must_be_told = has_lost(i, *with.at[i]);
            owed[i].next = with.at[i]->life == topics_[i].life ? with.at[i]->index : 0;
        }
        bool const is_unknown =
            with.publisher && ((followed >> *with.publisher & 1) == 0 ||
                               with.at[*with.publisher]->life != topics_[*with.publisher].life);
        for (auto& each : owed) // it is told once, for all
            each.must_be_told |= is_unknown && is_shared_ && !leads_elsewhere && each.is_followed;
        bool const is_of_such_a_stream = is_shared_ || (covered > 1) == (followed_count(owed) > 1);
        enter(owed, with.text, is_of_such_a_stream && !is_unknown);
    }

    // Whether it is no place any more, with what has been lost since.
    bool has_lost(std::size_t at, place const& since) const
    {
        auto const& of = topics_[at];
        std::size_t has = since.index;
        for (std::size_t life = since.life; life < of.life; ++life) {
            auto const& then = of.past[life - 1];
            if (then.order != of.order || then.events > std::exchange(has, 0))
                return true;
        }
        return false;
    }

    // Publishers may give two topics the same id: in a stream of both it is the place in the one that knows
    // it.
    bool is_place_of_another(std::size_t one, std::string const& id, std::size_t followed) const
    {
        for (std::size_t i = 0; i != topic_count; ++i)
            if (i != one && (followed >> i & 1) != 0)
                for (auto const& each : topics_[i].events)
                    if (each.id == id)
                        return true;
        return false;
    }

    /// `is_near`: it may be one of ours.
    void come_with(std::string const& id, bool is_near)
    {
        std::size_t const followed = choose_topics();
        std::array<debt, topic_count> owed;
        for (std::size_t i = 0; i != topic_count; ++i)
            owed[i].is_followed = (followed >> i & 1) != 0;
        bool const is_known = is_near || id.empty() || all_given_.contains(id);
        if (!is_known && (is_shared_ || followed_count(owed) == 1))
            for (auto& each : owed)
                each.must_be_told = true;
        enter(owed, id, false);
    }

    std::size_t choose_topics() { return 1 + from_.choose((1U << topic_count) - 2); }

    static std::size_t followed_count(std::array<debt, topic_count> const& owed)
    {
        std::size_t count = 0;
        for (auto const& each : owed)
            count += each.is_followed ? 1 : 0;
        return count;
    }

    void enter(std::array<debt, topic_count> const& owed, std::string const& id, bool fits)
    {
        leave();
        owed_ = owed;
        is_id_fitting_ = fits;
        tidings::topic_list list;
        std::array<std::string, topic_count> start_ids;
        for (std::size_t i = 0; i != topic_count; ++i)
            if (owed[i].is_followed)
                list.add(*topics_[i].topic, choose_start(start_ids[i]));
        std::optional<std::string> last_event_id;
        if (!id.empty())
            last_event_id = id;
        client_.emplace(ctx_, list, last_event_id);
    }

    /// It borrows `id`.
    tidings::start_position choose_start(std::string& id)
    {
        switch (from_.choose(3)) {
        case 0:
            return tidings::from_oldest();
        case 1:
            return tidings::from_last(from_.choose(3));
        case 2:
            id = any_given_id().text;
            return tidings::from_id(id);
        default:
            return tidings::from_newest();
        }
    }

    void read(std::size_t most)
    {
        for (; client_ && most > 0; --most) {
            auto const event = client_->try_receive();
            if (event) {
                take(*event);
            } else {
                if (!client_->was_cut())
                    require_all_read();
                else
                    client_.reset();
                return;
            }
        }
    }

    void take(tidings::event_text const& event)
    {
        auto const data = event.data();
        if (event.type() == "tidings-reset") {
            require(event.id_line().empty(), "a reset has no id");
            return take_reset(data);
        }
        if (!event.has_data())
            return;
        std::size_t const at = static_cast<std::size_t>(data[0] - '0');
        std::size_t index = 0;
        std::from_chars(data.data() + 2, data.data() + data.size(), index);
        auto& owed = owed_[at];
        require(owed.is_followed, "no event of a topic that is not followed", data);
        require(!owed.must_be_told, "who cannot be brought up to date is told before the next event", data);
        if (owed.next)
            require_nothing_lost(at, *owed.next, index, data);
        owed.next = index + 1;
        note_place(std::string(event.id()));
    }

    void take_reset(std::string const& told)
    {
        for (std::size_t i = 0; i != topic_count; ++i) {
            bool const is_of_all = told.find("\"topic\":") == std::string::npos;
            bool const is_named =
                told.find("\"topic\":\"" + std::string(names[i]) + '"') != std::string::npos;
            auto& owed = owed_[i];
            if (!owed.is_followed || (!is_named && !is_of_all))
                continue;
            // Of an order that has begun anew; the others go on.
            if (!is_shared_ && is_of_all && is_id_fitting_ && followed_count(owed_) > 1 &&
                !owed.must_be_told && owed.next)
                continue;
            require(!is_roomy_ || !is_id_fitting_ || !owed.next || owed.must_be_told,
                    "nobody is told of a loss where nothing was lost", told);
            owed.must_be_told = false;
            owed.next.reset();
        }
    }

    void require_nothing_lost(std::size_t at, std::size_t from, std::size_t to, std::string const& data)
    {
        require(from <= to, "no event comes twice, or late", data);
        for (std::size_t i = from; i != to; ++i)
            require(topics_[at].events[i].is_superseded, "no event is lost in silence", data);
    }

    void require_all_read()
    {
        for (std::size_t i = 0; i != topic_count; ++i) {
            auto const& owed = owed_[i];
            if (!owed.is_followed)
                continue;
            require(!owed.must_be_told, "who cannot be brought up to date is told");
            if (owed.next)
                require_nothing_lost(i, *owed.next, topics_[i].events.size(), "at the end");
        }
    }

    void leave()
    {
        if (client_)
            note_place(client_->position());
        client_.reset();
        loop_.restart();
        loop_.poll();
    }

    // Ids

    // What the client has got so far has this id.
    void note_place(std::string id)
    {
        places at;
        for (std::size_t i = 0; i != topic_count; ++i) {
            if (!owed_[i].is_followed)
                continue;
            if (!owed_[i].next || owed_[i].must_be_told)
                return;
            at[i] = place{topics_[i].life, *owed_[i].next};
        }
        require(!is_shared_ || followed_count(owed_) == 1 || id.size() <= most_id_bytes,
                "the id of a stream of several topics is a short one", id);
        auto const publisher = publisher_of(id);
        note(std::move(id), at, publisher);
    }

    // In a stream of one topic, or of a client that has yet to be told of a gap.
    std::optional<std::size_t> publisher_of(std::string const& id) const
    {
        for (std::size_t i = 0; i != topic_count; ++i)
            for (auto const& each : topics_[i].events)
                if (owed_[i].is_followed && each.is_own_id && each.id == id)
                    return i;
        return std::nullopt;
    }

    void note(std::string id, places const& at, std::optional<std::size_t> publisher)
    {
        tidings::internal::request_parser parser;
        auto const state =
            parser.feed("GET / HTTP/1.1\r\nHost: a\r\nLast-Event-ID: " + id + "\r\n\r\n").state;
        require(state == tidings::internal::parse_state::complete && parser.take().last_event_id() == id,
                "an id comes back through a header as it was", id);
        all_given_.insert(id);
        constexpr std::size_t most = 64;
        if (given_.size() < most)
            given_.push_back({std::move(id), at, publisher});
    }

    given_id any_given_id()
    {
        auto const at = from_.choose(63);
        return given_.empty() ? given_id{} : given_[at % given_.size()];
    }

    std::string changed(std::string id)
    {
        if (id.empty())
            return id;
        std::size_t const at = from_.choose(254) % id.size();
        switch (from_.choose(2)) {
        case 0:
            id[at] = static_cast<char>(from_.choose(255));
            break;
        case 1:
            id += static_cast<char>('0' + from_.choose(9));
            break;
        default:
            id.erase(at, 1);
        }
        return id;
    }

    input& from_;
    boost::asio::io_context loop_;
    tidings::context_scope ctx_ = tidings::context::root(loop_.get_executor());
    tidings::topic_options options_;
    bool is_roomy_ = false;  ///< no event is ever forgotten
    bool is_shared_ = false; ///< the topics are of one registry
    tidings::time_point now_{};
    std::optional<tidings::topic_registry> all_;
    std::size_t orders_ = 0;
    std::array<publisher, topic_count> topics_;
    std::vector<given_id> given_;
    std::set<std::string> all_given_; // also those that there was no room for
    std::array<debt, topic_count> owed_;
    bool is_id_fitting_ = false; ///< the client's id is one for a stream such as this
    std::optional<tidings::subscription> client_;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    input from(data, size);
    world all(from);
    for (int steps = 0; steps != 200 && !from.is_empty(); ++steps)
        all.step();
    all.finish();
    return 0;
}
