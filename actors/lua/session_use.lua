-- Read who a session belongs to, if it is not over, and keep it alive (written once in a while only).
-- KEYS: user, sessions   ARGV: session, idle ms, longest ms   Answers: the user's record, or nothing
local stamps = redis.call('HGET', KEYS[2], ARGV[1])
if not stamps then return false end
local opened, seen = string.match(stamps, '^(%d+) (%d+)$')
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if now - opened >= tonumber(ARGV[3]) or now - seen >= tonumber(ARGV[2]) then return false end
if now - seen >= tonumber(ARGV[2]) / 20 then
  redis.call('HSET', KEYS[2], ARGV[1], opened .. ' ' .. string.format('%.0f', now))
end
return redis.call('GET', KEYS[1])
