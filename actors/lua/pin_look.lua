-- Read a PIN and the counters of its number, as they are before this one; count it if it is wrong and told to.
-- KEYS: pins, from, until, keep, guesses
-- ARGV: caller hash, key id, guesses a day with one PIN known ('' count nothing), guesses a day of a caller,
--       what time it is for PINs ('' ours), then PIN hashes
-- Answers: owner or '', known from, known until, guesses of the space, of the caller, of the key, most PINs known
local time = redis.call('TIME')
local ms = time[1] * 1000 + math.floor(time[2] / 1000)
local at = tonumber(ARGV[5]) or ms
local now = string.format('%.0f', at)
local number = math.floor(ms / 86400000)
local day = string.format('%.0f', number)
local of_caller, of_key = 'c:' .. ARGV[1], 'k:' .. ARGV[2]

local owner, from, till = '', 0, 0
for i = 6, #ARGV do
  local found = redis.call('HGET', KEYS[1], ARGV[i])
  if found and tonumber(redis.call('ZSCORE', KEYS[4], ARGV[i]) or 0) > ms then
    owner = found
    from = tonumber(redis.call('ZSCORE', KEYS[2], ARGV[i]))
    till = tonumber(redis.call('ZSCORE', KEYS[3], ARGV[i]))
    break
  end
end

local today, space, caller, key, most = unpack(redis.call('HMGET', KEYS[5], 'day', 'space', of_caller, of_key, 'most'))
if today ~= day then space, caller, key, most = 0, 0, 0, 0 end
space, caller, key = tonumber(space or 0), tonumber(caller or 0), tonumber(key or 0)
local known = redis.call('ZCOUNT', KEYS[2], '-inf', now) - redis.call('ZCOUNT', KEYS[3], '-inf', now)
known = math.max(known, tonumber(most or 0))

if ARGV[3] ~= '' and (owner == '' or from > at) then
  owner = ''
  if caller < tonumber(ARGV[4]) and space < math.floor(tonumber(ARGV[3]) / math.max(known, 1)) then
    if today ~= day then
      redis.call('DEL', KEYS[5])
      redis.call('HSET', KEYS[5], 'day', day)
      redis.call('PEXPIREAT', KEYS[5], string.format('%.0f', (number + 1) * 86400000))
    end
    redis.call('HSET', KEYS[5], 'space', space + 1, of_caller, caller + 1, of_key, key + 1, 'most', known)
  end
end
return { owner, from, till, space, caller, key, known }
