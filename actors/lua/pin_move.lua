-- Follow a visit whose times moved; a PIN that nobody has is left alone.
-- KEYS: pins, from, until, keep   ARGV: pin hash, known from, known until, keep until   Answers: 1 moved, 0 unknown
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
redis.call('ZADD', KEYS[3], ARGV[3], ARGV[1])
redis.call('ZADD', KEYS[4], ARGV[4], ARGV[1])
return 1
