-- Tell every node, with its next renewal, whose sockets to cut. Rows are kept for an hour, far longer than a node without
-- a lease keeps its sockets.
-- KEYS: feed   ARGV: credentials
local time = redis.call('TIME')
local cutoff = string.format('%.0f', (time[1] - 3600) * 1000)
for _, credential in ipairs(ARGV) do
  redis.call('XADD', KEYS[1], 'MINID', '~', cutoff, '*', 'c', credential)
end
return #ARGV
