-- Give a shard up, if it is held by this incarnation at this epoch; the epoch stays.
-- KEYS: owner   ARGV: epoch, incarnation   Answers: 1 given up, 0 not ours
local epoch, holder = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'incarnation'))
if epoch ~= ARGV[1] or holder ~= ARGV[2] then return 0 end
return redis.call('HDEL', KEYS[1], 'incarnation', 'node')
