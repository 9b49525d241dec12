-- A try worked: it is not counted against whose it was; '1' forgets earlier ones as well.
-- KEYS: attempts   ARGV: forget all (0/1)
if ARGV[1] == '1' then return redis.call('DEL', KEYS[1]) end
if tonumber(redis.call('HGET', KEYS[1], 'tries') or 0) > 0 then redis.call('HINCRBY', KEYS[1], 'tries', -1) end
return 1
