-- Give a node's lease up, if it is still this incarnation's.
-- KEYS: lease   ARGV: incarnation   Answers: 1 given up, 0 not ours
local lease = redis.call('GET', KEYS[1])
if not lease or string.match(lease, '^%S+') ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
