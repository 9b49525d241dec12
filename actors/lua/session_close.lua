-- Close one session of a user, or all, and remember which until the nodes were told.
-- KEYS: sessions, closing   ARGV: session, or '' for all   Answers: the sessions of which the nodes must be told
local closed = ARGV[1] == '' and redis.call('HKEYS', KEYS[1]) or { ARGV[1] }
for _, session in ipairs(closed) do
  redis.call('HDEL', KEYS[1], session)
  redis.call('SADD', KEYS[2], session)
end
return redis.call('SMEMBERS', KEYS[2])
