-- Count one wrong guess; the counters go at the end of the UTC day.
-- KEYS: from, until, guesses   ARGV: caller hash, key id, count in the space (0/1), count for the caller (0/1)
-- Answers: guesses of the space, of the caller, of the key, most PINs known
local time = redis.call('TIME')
local ms = time[1] * 1000 + math.floor(time[2] / 1000)
local now = string.format('%.0f', ms)
local number = math.floor(ms / 86400000)
local day = string.format('%.0f', number)

if redis.call('HGET', KEYS[3], 'day') ~= day then
  redis.call('DEL', KEYS[3])
  redis.call('HSET', KEYS[3], 'day', day)
  redis.call('PEXPIREAT', KEYS[3], string.format('%.0f', (number + 1) * 86400000))
end
local known = redis.call('ZCOUNT', KEYS[1], '-inf', now) - redis.call('ZCOUNT', KEYS[2], '-inf', now)
known = math.max(known, tonumber(redis.call('HGET', KEYS[3], 'most') or 0))
redis.call('HSET', KEYS[3], 'most', known)
local space = redis.call('HINCRBY', KEYS[3], 'space', ARGV[3])
local caller = redis.call('HINCRBY', KEYS[3], 'c:' .. ARGV[1], ARGV[4])
local key = redis.call('HINCRBY', KEYS[3], 'k:' .. ARGV[2], ARGV[3])
return { space, caller, key, known }
