-- Write a clinic's document, if this epoch owns the shard.
-- KEYS: owner, clinics   ARGV: epoch, clinic, document   Answers: 1 ok, 2 stale
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return 2 end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
return 1
