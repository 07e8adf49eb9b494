// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/redis/detail/scripts.hpp>
#include <tidings/net/redis/internal/resp.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidings::test {

/// An engine in memory, without sockets: answers the commands that nodes of a hub send, keeps events, and
/// pushes them to one node. The test says where it answers something else.
class scripted_engine
{
public:
    struct topic
    {
        std::vector<std::pair<std::uint64_t, std::string>> events; ///< oldest first, as they are kept
        std::uint64_t newest = 0;
        std::uint64_t lost = 0;
    };

    std::string info =
        "redis_version:7.0.15\r\nrole:master\r\ncluster_enabled:0\r\nrun_id:r1\r\nmaster_replid:m1\r\n";
    std::string epoch = "epoch1";
    std::uint64_t life = 100;
    std::uint64_t newest = 100;
    std::vector<std::string> rollbacks;
    std::map<std::string, topic> topics;
    std::map<std::string, std::pair<std::uint64_t, std::map<std::uint64_t, std::uint64_t>>> producers;
    std::vector<std::string> log;                 ///< of commands, their first words
    bool is_deaf = false;                         ///< it pushes nothing
    std::size_t large = 8192;                     ///< from here on it pushes the number alone
    std::size_t replicas = 0;                     ///< that it counts when it is asked to wait
    std::map<std::string, std::string> instead{}; ///< raw answers, once each, by "EVALSHA publish", "INFO", …

    /// The bytes that it answers on the connection for commands, and on that for waits.
    std::string answer(std::string_view commands) { return answer(*commands_, commands); }
    std::string answer_waits(std::string_view commands) { return answer(*waits_, commands); }
    /// The same on that for what is pushed, of which `take_pushes` gives the rest.
    void subscribe(std::string_view commands)
    {
        subscriptions_->feed(commands);
        while (auto const next = subscriptions_->next()) {
            auto const words = words_of(*next);
            for (std::size_t i = 1; i < words.size(); ++i) {
                if (words[0] == "SUBSCRIBE")
                    heard_.insert(words[i]);
                else
                    heard_.erase(words[i]);
                if (words[0] != "AUTH")
                    pushes_ += "*3\r\n" + bulk(words[0] == "SUBSCRIBE" ? "subscribe" : "unsubscribe") +
                               bulk(words[i]) + ":1\r\n";
            }
            if (words[0] == "AUTH")
                pushes_ += "+OK\r\n";
        }
    }
    std::string take_pushes() { return std::exchange(pushes_, {}); }
    /// New connections.
    void reconnect()
    {
        commands_.emplace();
        waits_.emplace();
        subscriptions_.emplace();
        heard_.clear();
        pushes_.clear();
    }

    /// Of another node.
    std::uint64_t publish(std::string const& name, std::string const& text)
    {
        topic& of = topics[name];
        std::string const number = std::to_string(++newest);
        std::string const before = std::to_string(of.newest);
        std::string const event = number + " " + before + " 0 0 0\n" + text;
        of.events.emplace_back(newest, event);
        of.newest = newest;
        push("c:" + name, event.size() <= large ? event : number + " " + before + " 0 0 0\n");
        return newest;
    }
    void push(std::string const& channel, std::string const& text)
    {
        std::string const whole = "tidings:" + epoch + ":" + channel;
        if (heard_.contains(whole) && !is_deaf)
            pushes_ += "*3\r\n" + bulk("message") + bulk(whole) + bulk(text);
    }

    static std::string bulk(std::string const& text)
    {
        return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
    }

private:
    std::string answer(internal::reply_reader& at, std::string_view commands)
    {
        std::string out;
        at.feed(commands);
        while (auto const next = at.next())
            out += answer(words_of(*next));
        return out;
    }

    static std::vector<std::string> words_of(internal::engine_reply const& command)
    {
        std::vector<std::string> words;
        for (auto const& each : command.items)
            words.push_back(each.text);
        return words;
    }
    static std::string list(std::vector<std::string> const& items)
    {
        std::string all = "*" + std::to_string(items.size()) + "\r\n";
        for (auto const& each : items)
            all += bulk(each);
        return all;
    }

    std::string answer(std::vector<std::string> const& words)
    {
        std::string const what = words[0] == "EVALSHA" ? words[0] + " " + words[1] : words[0];
        log.push_back(what);
        if (auto const other = instead.find(what); other != instead.end()) {
            std::string const raw = other->second;
            instead.erase(other);
            return raw;
        }
        if (what == "INFO")
            return bulk(info);
        if (what == "SCRIPT")
            return bulk(words[2] == detail::scripts::publish ? "publish"
                        : words[2] == detail::scripts::read  ? "read"
                        : words[2] == detail::scripts::write ? "write"
                                                             : "probe");
        if (what == "EVAL")
            return join(words);
        if (what == "HMGET")
            return positions(words);
        if (what == "WAIT")
            return ":" + std::to_string(replicas) + "\r\n";
        if (words[0] != "EVALSHA")
            return "+OK\r\n";
        if (words[4] != epoch || (words[1] != "read" && words[5] != std::to_string(life)))
            return "-LIFE\r\n";
        if (words[1] == "write")
            return producers[words[6]].first > 0 ? ":1\r\n" : ":0\r\n";
        return words[1] == "publish" ? publish(words) : words[1] == "read" ? read(words) : probe(words);
    }

    std::string join(std::vector<std::string> const& words)
    {
        std::vector<std::string> items{epoch, std::to_string(life), std::to_string(newest),
                                       std::to_string(producers[words[8]].first)};
        items.insert(items.end(), rollbacks.begin(), rollbacks.end());
        return list(items);
    }

    std::string positions(std::vector<std::string> const& words)
    {
        std::vector<std::string> items;
        for (std::size_t i = 2; i < words.size(); ++i)
            items.push_back(std::to_string(topics[words[i]].newest) + " 0 0");
        return list(items);
    }

    std::string publish(std::vector<std::string> const& words)
    {
        auto& [last, numbers] = producers[words[6]];
        std::uint64_t const sequence = std::stoull(words[7]);
        if (sequence <= last)
            return bulk(std::to_string(numbers[sequence]));
        if (std::stoull(words[8]) != last)
            return "-GAP\r\n";
        last = sequence;
        return bulk(std::to_string(numbers[sequence] = publish(words[9], words[13])));
    }

    std::string read(std::vector<std::string> const& words)
    {
        topic const& of = topics[words[5]];
        std::vector<std::string> items{std::to_string(of.lost), "1"};
        for (auto const& [number, event] : of.events) {
            if (number <= std::stoull(words[6]) || number > std::stoull(words[7]))
                continue;
            if (items.size() - 2 == std::stoull(words[8])) {
                items[1] = "0";
                break;
            }
            items.push_back(event);
        }
        return list(items);
    }

    std::string probe(std::vector<std::string> const& words)
    {
        push("n:" + words[6],
             words[7] + " " + std::to_string(newest) + " " + std::to_string(topics[words[8]].newest));
        return ":1\r\n";
    }

    std::optional<internal::reply_reader> commands_{std::in_place};
    std::optional<internal::reply_reader> waits_{std::in_place};
    std::optional<internal::reply_reader> subscriptions_{std::in_place};
    std::set<std::string> heard_;
    std::string pushes_;
};

} // namespace tidings::test
