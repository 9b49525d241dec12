-- Drop a visit that is past its retention, if this epoch owns the shard.
-- KEYS: owner, visit, due, day   ARGV: epoch, visit   Answers: 1 ok, 2 stale
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return 2 end
redis.call('DEL', KEYS[2])
redis.call('ZREM', KEYS[3], ARGV[2])
redis.call('ZREM', KEYS[4], ARGV[2])
return 1
