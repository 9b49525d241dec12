-- Open a session of a user, dropping those that are over and the oldest beyond the limit.
-- KEYS: user, sessions   ARGV: session, idle ms, longest ms, most   Answers: 1 open, 0 no such user
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local all, kept = redis.call('HGETALL', KEYS[2]), {}
for i = 1, #all, 2 do
  local opened, seen = string.match(all[i + 1], '^(%d+) (%d+)$')
  if now - opened >= tonumber(ARGV[3]) or now - seen >= tonumber(ARGV[2]) then
    redis.call('HDEL', KEYS[2], all[i])
  else
    kept[#kept + 1] = { all[i], tonumber(seen) }
  end
end
table.sort(kept, function(a, b) return a[2] < b[2] end)
for i = 1, #kept - tonumber(ARGV[4]) + 1 do redis.call('HDEL', KEYS[2], kept[i][1]) end
local stamp = string.format('%.0f', now)
redis.call('HSET', KEYS[2], ARGV[1], stamp .. ' ' .. stamp)
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return 1
