-- Take a PIN for an invitation, unless another one has it still.
-- KEYS: pins, from, until, keep   ARGV: pin hash, owner, known from, known until, keep until   Answers: 1 taken, 0 another's
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local owner = redis.call('HGET', KEYS[1], ARGV[1])
if owner and owner ~= ARGV[2] then
  local keep = redis.call('ZSCORE', KEYS[4], ARGV[1])
  if keep and tonumber(keep) > tonumber(now) then return 0 end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
redis.call('ZADD', KEYS[3], ARGV[4], ARGV[1])
redis.call('ZADD', KEYS[4], ARGV[5], ARGV[1])
return 1
