-- Count one try to sign in, or say how long to wait before the next.
-- KEYS: attempts   ARGV: free tries, first delay ms, longest delay ms, forgotten after ms   Answers: ms to wait, 0 to go on
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local tries, till = unpack(redis.call('HMGET', KEYS[1], 'tries', 'till'))
tries, till = tonumber(tries or 0), tonumber(till or 0)
if till > now then return till - now end
tries = tries + 1
local over = tries - tonumber(ARGV[1])
if over >= 0 then till = now + math.min(tonumber(ARGV[2]) * 2 ^ math.min(over, 30), tonumber(ARGV[3])) end
redis.call('HSET', KEYS[1], 'tries', tries, 'till', string.format('%.0f', till))
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 0
