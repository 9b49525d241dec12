-- Renew a node's lease.
-- KEYS: lease   ARGV: lease (incarnation and what else the node says), milliseconds   Answers: the store's time in milliseconds
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
