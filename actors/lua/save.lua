-- Write a visit's new state, if this epoch owns the shard and nobody wrote since.
-- KEYS: owner, visit, due, day, audit
-- ARGV: epoch, version, save_id, value, visit, start ('' start and due are as stored), due ('' none), lapses_at (0 none),
--       over (0/1), audit_kept_ms, then the audit rows
-- Answers: 1 ok, 2 stale, 3 late, 4 conflict
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return 2 end

local version, id = string.match(redis.call('GETRANGE', KEYS[2], 0, 79), '^(%d+) (%S+) ')
if version == ARGV[2] and id == ARGV[3] then return 1 end
if tonumber(version or 0) + 1 ~= tonumber(ARGV[2]) then return 4 end

local rows = #ARGV - 10
local time
if ARGV[8] ~= '0' or rows > 0 then
  time = redis.call('TIME')
  if ARGV[8] ~= '0' and time[1] * 1000 + math.floor(time[2] / 1000) >= tonumber(ARGV[8]) then return 3 end
end

redis.call('SET', KEYS[2], ARGV[4])
if ARGV[9] == '1' then
  redis.call('ZREM', KEYS[3], ARGV[5])
elseif ARGV[6] ~= '' then
  redis.call('ZADD', KEYS[3], ARGV[7] == '' and '+inf' or ARGV[7], ARGV[5])
end
if ARGV[6] ~= '' then redis.call('ZADD', KEYS[4], ARGV[6], ARGV[5]) end

for i = 1, rows do
  redis.call('XADD', KEYS[5], '*', 'r', ARGV[10 + i])
end
if rows > 0 and time[2] % 64 == 0 then -- now and then, by chance: looking costs more than writing a row
  redis.call('XTRIM', KEYS[5], 'MINID', '~', string.format('%.0f', time[1] * 1000 - tonumber(ARGV[10])))
end
return 1
