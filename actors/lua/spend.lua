-- Add to counters of the UTC day, unless one would pass what it may reach; then nothing is added.
-- KEYS: today   ARGV: counter, how much, at most; and so on   Answers: 1 added, 0 not
local time = redis.call('TIME')
local number = math.floor(time[1] / 86400)
local day = string.format('%.0f', number)
if redis.call('HGET', KEYS[1], 'day') ~= day then
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'day', day)
  redis.call('EXPIREAT', KEYS[1], string.format('%.0f', (number + 1) * 86400))
end
for i = 1, #ARGV, 3 do
  if tonumber(redis.call('HGET', KEYS[1], ARGV[i]) or 0) + tonumber(ARGV[i + 1]) > tonumber(ARGV[i + 2]) then return 0 end
end
for i = 1, #ARGV, 3 do
  redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1])
end
return 1
