-- Keeps one variant of a cached answer, and drops what it makes out of date, in one atomic step.
--
-- One hash holds all variants of a URL:
--   v      the fields that the answers vary by, as text
--   o      ids of the variants kept, oldest first, each of the same length, without separators
--   <id>   the envelope of that variant
--
-- KEYS[1]  hash of the URL
-- ARGV[1]  vary      text; when it differs from the one kept, all variants kept are dropped (RFC 9111 s. 4.1)
-- ARGV[2]  id        of the variant, a fixed length of characters
-- ARGV[3]  envelope  bytes
-- ARGV[4]  variants  kept at most, 1..1000; the oldest gives way
-- ARGV[5]  keep      ms from now, 1..; the hash lives as long as its longest-lived variant
-- returns  number of variants kept now
-- cost     O(variants) in the text of ids, else O(1); no more than one variant is dropped per call unless the bound was lowered

local key, vary, id = KEYS[1], ARGV[1], ARGV[2]
local max, keepMs = tonumber(ARGV[4]), tonumber(ARGV[5])

-- A key of another type under our prefix is nobody's, and would make every store of this URL fail for ever.
local kept = redis.pcall('HMGET', key, 'v', 'o')
if kept.err or kept[1] ~= vary then
  redis.call('DEL', key)
  kept = { vary, '' }
end

local width = #id
local ids = {}
for at = 1, #(kept[2] or ''), width do
  local other = string.sub(kept[2], at, at + width - 1)
  if other ~= id then
    ids[#ids + 1] = other
  end
end
ids[#ids + 1] = id

local first = math.max(1, #ids - max + 1)
for i = 1, first - 1 do
  redis.call('HDEL', key, ids[i])
end

redis.call('HSET', key, 'v', vary, 'o', table.concat(ids, '', first), id, ARGV[3])
-- PTTL is -1 or -2 for a key that is new here, and PEXPIRE must not shorten the life of the other variants.
if redis.call('PTTL', key) < keepMs then
  redis.call('PEXPIRE', key, keepMs)
end
return #ids - first + 1
