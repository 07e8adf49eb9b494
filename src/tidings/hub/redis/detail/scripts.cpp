// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/redis/detail/scripts.hpp>
#include <tidings/net/redis/internal/resp.hpp>

#include <chrono>
#include <cstdint>

namespace tidings::detail::scripts {

namespace {

constexpr std::size_t longest_header = 100;
constexpr std::uint64_t last_millisecond = 9'000'000'000'000; // in 2255; clocks have nanoseconds

// An event is one text: "number previous milliseconds key-bytes id-bytes", a line end, key, own id, text.
std::string const common = R"(
-- An error has to have several words, or its first one is not taken for its code.
local function text_of(number) return string.format('%.0f', number) end
local function size_of(event) return #event - string.find(event, '\n', 1, true) end
-- The index of the first event above a number.
local function index_above(events, number)
  local low, high = 0, redis.call('LLEN', events)
  while low < high do
    local middle = math.floor((low + high) / 2)
    local event = redis.call('LINDEX', events, middle)
    if tonumber(string.match(event, '^%d+')) > number then high = middle else low = middle + 1 end
  end
  return low
end
)";

// Of the present life alone.
std::string const in_life = R"(
local hub = redis.call('HMGET', KEYS[1], 'epoch', 'life', 'newest')
if hub[1] ~= ARGV[1] or hub[2] ~= ARGV[2] then return redis.error_reply('LIFE another one has begun') end
local base = KEYS[1] .. ':' .. ARGV[1] .. ':'
)";

} // namespace

std::string const join = common + R"(
local hub = redis.call('HMGET', KEYS[1], 'epoch', 'life', 'newest', 'engine', 'format')
if hub[5] and hub[5] ~= '1' then return redis.error_reply('FORMAT ' .. hub[5]) end
local time = redis.call('TIME')
local clock = time[1] * 1000000 + time[2]
local epoch, life, newest = hub[1], hub[2], tonumber(hub[3])
local seen = ARGV[3] == epoch and tonumber(ARGV[4]) or 0
local is_new = true
if not epoch then
  epoch, life, newest = ARGV[2], text_of(clock), clock
elseif hub[4] ~= ARGV[1] or seen > newest then
  local lives = KEYS[1] .. ':' .. epoch .. ':lives'
  local begin = math.max(clock, newest, seen) + 1
  redis.call('RPUSH', lives, text_of(newest) .. ' ' .. text_of(begin))
  if redis.call('LLEN', lives) > 256 then
    local first, second = redis.call('LPOP', lives), redis.call('LPOP', lives)
    redis.call('LPUSH', lives, string.match(first, '^%d+') .. ' ' .. string.match(second, '%d+$'))
  end
  life, newest = text_of(begin), begin
else
  is_new = false
end
if is_new then
  redis.call('HSET', KEYS[1], 'epoch', epoch, 'life', life, 'newest', text_of(newest), 'engine', ARGV[1], 'format', '1')
end
local base = KEYS[1] .. ':' .. epoch .. ':'
local last = redis.call('HGET', base .. 'p:' .. ARGV[5], 'last') or '0'
local answer = {epoch, life, text_of(newest), last}
for _, each in ipairs(redis.call('LRANGE', base .. 'lives', 0, -1)) do answer[#answer + 1] = each end
return answer
)";

std::string const publish = common + in_life + R"(
-- What a producer was answered, if it has published that number before, and its last one.
local function look_up(producer, sequence)
  local taken = redis.call('HMGET', producer, 'last', sequence % 256)
  local last = tonumber(taken[1] or 0)
  if sequence > last then return nil, last end
  local which, told = string.match(taken[2] or '', '^(%d+) (.+)$')
  return which == text_of(sequence) and told or 'duplicate', last
end
local function take(producer, sequence, told)
  redis.call('HSET', producer, 'last', text_of(sequence), sequence % 256, text_of(sequence) .. ' ' .. told)
end
local node, sequence = base .. 'p:' .. ARGV[3], tonumber(ARGV[4])
local repeated, last = look_up(node, sequence)
if repeated then return repeated end
if tonumber(ARGV[5]) ~= last then return redis.error_reply('GAP the one before is not here') end
local function answer(told)
  take(node, sequence, told)
  if last == 0 then redis.call('EXPIRE', node, 86400) end
  return told
end
local topic, producer, place = ARGV[6], base .. 'q:' .. ARGV[14], tonumber(ARGV[15])
if place > 0 then
  local told, place_before = look_up(producer, place)
  if told then return answer(told) end
  if place ~= place_before + 1 then return answer('gap ' .. text_of(place_before)) end
end
local events, ids, keys = base .. 't:' .. topic, base .. 'o:' .. topic, base .. 'k:' .. topic
local own, key = ARGV[7], ARGV[8]
if own ~= '' and redis.call('ZSCORE', ids, own) then return answer('0') end
local record = redis.call('HGET', base .. 'topics', topic) or '0 0 0'
local previous, lost, bytes = string.match(record, '^(%d+) (%d+) (%d+)$')
bytes = tonumber(bytes)
local number = text_of(hub[3] + 1)
local event = table.concat({number, previous, ARGV[9], #key, #own}, ' ') .. '\n' .. key .. own .. ARGV[10]
redis.call('RPUSH', events, event)
bytes = bytes + size_of(event)
local most, most_bytes, most_age = tonumber(ARGV[11]), tonumber(ARGV[12]), tonumber(ARGV[13])
if own ~= '' then
  redis.call('ZADD', ids, number, own)
  redis.call('ZREMRANGEBYRANK', ids, 0, -2 * most - 1)
end
if key ~= '' then
  local old = tonumber(redis.call('HGET', keys, key) or 0)
  local at = index_above(events, old) - 1
  local replaced = at >= 0 and redis.call('LINDEX', events, at) or ''
  if tonumber(string.match(replaced, '^%d+') or -1) == old then
    redis.call('LSET', events, at, '')
    redis.call('LREM', events, 1, '')
    bytes = bytes - size_of(replaced)
  end
  redis.call('HSET', keys, key, number)
end
local count = redis.call('LLEN', events)
while count > 1 do
  local oldest = redis.call('LINDEX', events, 0)
  local which, before, time, key_bytes = string.match(oldest, '^(%d+) (%d+) (%d+) (%d+)')
  local is_old = most_age > 0 and ARGV[9] - time > most_age
  if count <= most and bytes <= most_bytes and not is_old then break end
  redis.call('LPOP', events)
  count, bytes, lost = count - 1, bytes - size_of(oldest), which
  if key_bytes ~= '0' then
    local head = string.find(oldest, '\n', 1, true)
    redis.call('HDEL', keys, string.sub(oldest, head + 1, head + key_bytes))
  end
end
redis.call('HSET', base .. 'topics', topic, number .. ' ' .. lost .. ' ' .. text_of(bytes))
redis.call('HSET', KEYS[1], 'newest', number)
if place > 0 then
  take(producer, place, number)
  redis.call('EXPIRE', producer, 86400)
end
redis.call('PUBLISH', base .. 'c:' .. topic, #event <= 8192 and event or number .. ' ' .. previous .. ' 0 0 0\n')
return answer(number)
)";

std::string const read = common + R"(
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return redis.error_reply('LIFE another one has begun') end
local base = KEYS[1] .. ':' .. ARGV[1] .. ':'
local record = redis.call('HGET', base .. 'topics', ARGV[2]) or '0 0 0'
local events, through, room = base .. 't:' .. ARGV[2], tonumber(ARGV[4]), tonumber(ARGV[6])
local answer = {string.match(record, '^%d+ (%d+)') , '1'}
-- An engine that was killed in the middle of a transaction leaves that out when it starts, and its beginning in the file; so it has
-- the event after all when it starts once more, with a number that was passed over.
local gaps = {}
for i, each in ipairs(redis.call('LRANGE', base .. 'lives', 0, -1)) do
  local survived, resumed = string.match(each, '^(%d+) (%d+)$')
  gaps[i] = {tonumber(survived), tonumber(resumed)}
end
local function is_taken_back(number)
  for _, gap in ipairs(gaps) do
    if number > gap[1] and number < gap[2] then return true end
  end
end
local at, most = index_above(events, tonumber(ARGV[3])), tonumber(ARGV[5])
while true do
  local event = redis.call('LINDEX', events, at)
  local number = event and tonumber(string.match(event, '^%d+'))
  if not event or number > through then break end
  if not is_taken_back(number) then
    room = room - #event
    if #answer > 2 and (room < 0 or #answer - 2 == most) then
      answer[2] = '0'
      break
    end
    answer[#answer + 1] = event
  end
  at = at + 1
end
return answer
)";

std::string const write = in_life + R"(
return redis.call('EXPIRE', base .. 'p:' .. ARGV[3], 86400)
)";

std::string const probe = in_life + R"(
-- That nothing can be written is for publishers; but a replica is not to be followed.
local alive = redis.pcall('EXPIRE', base .. 'p:' .. ARGV[3], 86400)
if type(alive) == 'table' and string.find(alive.err, 'READONLY', 1, true) then return alive end
local record = ARGV[5] ~= '' and redis.call('HGET', base .. 'topics', ARGV[5]) or '0'
return redis.call('PUBLISH', base .. 'n:' .. ARGV[3],
  ARGV[4] .. ' ' .. hub[3] .. ' ' .. string.match(record, '^%d+'))
)";

std::optional<stored_event> parse_event(std::string_view text)
{
    auto const head = text.substr(0, longest_header).find('\n');
    std::uint64_t fields[5]{};
    if (head == text.npos || !internal::parse_numbers(text.substr(0, head), fields))
        return std::nullopt;
    auto const [number, previous, milliseconds, key_bytes, id_bytes] = fields;
    text.remove_prefix(head + 1);
    if (key_bytes > text.size() || id_bytes > text.size() - key_bytes || milliseconds > last_millisecond)
        return std::nullopt;
    return stored_event{.number = number,
                        .previous = previous,
                        .own_id = std::string(text.substr(key_bytes, id_bytes)),
                        .key = std::string(text.substr(0, key_bytes)),
                        .text = std::string(text.substr(key_bytes + id_bytes)),
                        .published =
                            std::chrono::system_clock::time_point(std::chrono::milliseconds(milliseconds))};
}

} // namespace tidings::detail::scripts
