-- Renew a node's lease. A new start takes it from an earlier one; an earlier start that goes on does not take it back.
-- KEYS: lease   ARGV: lease (incarnation and what else the node says), milliseconds, incarnation, new start (0/1)
-- Answers: the store's time in milliseconds, 0 when a later start has the lease
local lease = redis.call('GET', KEYS[1])
if lease and ARGV[4] == '0' and string.match(lease, '^%S+') ~= ARGV[3] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
