-- Take a shard, if its epoch is still the one that the claimer saw; its holder's lease has been judged outside.
-- What this incarnation holds above the epoch that it knew stays as it is, so that asking again (an answer was lost)
-- changes nothing.
-- KEYS: owner, due, clinics   ARGV: epoch seen, incarnation, node, epoch to be above
-- Answers: epoch (0 when somebody else was quicker), holder's incarnation, visits not over and clinics
local epoch, holder = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'incarnation'))
local mine, above = tonumber(epoch or 0), tonumber(ARGV[4])
if holder ~= ARGV[2] or mine <= above then
  if (epoch or '0') ~= ARGV[1] then return { 0, holder or '', 0 } end
  mine = math.max(mine, above) + 1
  redis.call('HSET', KEYS[1], 'epoch', string.format('%.0f', mine), 'incarnation', ARGV[2], 'node', ARGV[3])
end
return { mine, ARGV[2], redis.call('ZCARD', KEYS[2]) + redis.call('HLEN', KEYS[3]) }
