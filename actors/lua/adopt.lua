-- Read the version of the data, and write it if there is none.
-- KEYS: version   ARGV: our version   Answers: the stored version
redis.call('SET', KEYS[1], ARGV[1], 'NX')
return redis.call('GET', KEYS[1])
