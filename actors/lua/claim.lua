-- Take a shard, if its epoch is still the one that the claimer saw; its holder's lease has been judged outside.
-- KEYS: owner, due, clinics   ARGV: epoch seen, incarnation, node
-- Answers: epoch (0 when somebody else was quicker), holder's incarnation, visits not over and clinics
local epoch, holder = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'incarnation'))
if (epoch or '0') ~= ARGV[1] then return { 0, holder or '', 0 } end
local mine = tonumber(ARGV[1]) + 1
redis.call('HSET', KEYS[1], 'epoch', string.format('%.0f', mine), 'incarnation', ARGV[2], 'node', ARGV[3])
return { mine, ARGV[2], redis.call('ZCARD', KEYS[2]) + redis.call('HLEN', KEYS[3]) }
