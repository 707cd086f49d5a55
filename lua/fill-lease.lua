-- Says who fetches an answer, of all edges that miss it at once: one holds the lease, the others ask again until it has ended.
-- What a fetch came to is kept for a moment, so that who asks just after it looks at what it brought instead of fetching once more.
--
-- One hash is the lease of one answer: `s` held, or how the last fetch ended; `t` token of its holder; `f` number of the fetch.
-- Numbers come from the clock of this Redis and grow from fetch to fetch, so that a holder that lost its lease can be told from the next.
--
-- KEYS[1]  lease of the answer
-- ARGV[1]  verb    take | hold | end
-- ARGV[2]  token   of who asks, text that nobody else has
-- ARGV[3]  ms      1..; take and hold: of the lease from now on; end: how long the outcome is kept
-- ARGV[4]  take: number of the last fetch whose outcome is of no use to who asks, 0 without one; end: the outcome; hold: not read
-- returns  { state, number }: take: taken, held, or the outcome of a fetch later than ARGV[4]; hold, end: ok, or lost when another holds it
-- cost     O(1), at most two writes

local key, verb, token, ms = KEYS[1], ARGV[1], ARGV[2], ARGV[3]

-- A key of another type under our prefix is nobody's, and would keep this answer from being fetched by one for ever.
local lease = redis.pcall('HMGET', key, 's', 't', 'f')
if lease.err then
  redis.call('DEL', key)
  lease = {}
end
local state, holder, number = lease[1], lease[2], lease[3] or '0'

if verb == 'take' then
  local useless = state and state ~= 'held' and tonumber(number) <= tonumber(ARGV[4])
  if state and not useless then
    return { state, number }
  end
  local time = redis.call('TIME')
  local nextNumber = math.max(time[1] * 1000000 + time[2], tonumber(number) + 1)
  number = string.format('%.0f', nextNumber)
  redis.call('HSET', key, 's', 'held', 't', token, 'f', number)
  redis.call('PEXPIRE', key, ms)
  return { 'taken', number }
end

if state ~= 'held' or holder ~= token then
  return { 'lost', number }
end
if verb == 'end' then
  redis.call('HSET', key, 's', ARGV[4])
end
redis.call('PEXPIRE', key, ms)
return { 'ok', number }
