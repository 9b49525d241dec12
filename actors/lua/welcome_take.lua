-- Use a welcome link up, if it is still the one that was looked at.
-- KEYS: welcome   ARGV: what it holds   Answers: 1 used now, 0 used or replaced before
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
