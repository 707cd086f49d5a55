-- Keeps one variant of a cached answer if none that is kept is newer, and drops what it makes out of date, in one atomic step.
--
-- One hash holds all variants of a URL:
--   v      the fields that the answers vary by, as text
--   o      a record for each variant kept, oldest write first: id (22 bytes), order (52), chunks (20); the order begins with the
--          number of the last purge (16 digits) known when the fill began
--   t      the fence that cache-remove.lua leaves: number of the purge (16 digits), date (14)
--   <id>   the envelope of that variant
--
-- KEYS[1]  hash of the URL
-- ARGV[1]  vary      text; when it differs from the one kept, all variants kept are dropped (RFC 9111 s. 4.1)
-- ARGV[2]  record    of the variant, 94 bytes
-- ARGV[3]  began     when its fill asked the origin, ms since the epoch in 14 digits
-- ARGV[4]  envelope  bytes
-- ARGV[5]  variants  kept at most, 1..1000; the oldest gives way
-- ARGV[6]  keep      ms from now, 1..; the hash lives as long as its longest-lived variant
-- returns  number of variants kept now, 0 when it is older than what is kept or removed; then the chunks of each record dropped
-- cost     O(variants) in the text of records, else O(1)

local ID, ORDER, RECORD, SEQ = 22, 52, 94, 16
local key, vary, record = KEYS[1], ARGV[1], ARGV[2]
local id, order = string.sub(record, 1, ID), string.sub(record, ID + 1, ID + ORDER)

-- A key of another type or form under our prefix is nobody's, and would make every store of this URL fail for ever.
local kept = redis.pcall('HMGET', key, 'v', 'o', 't')
if kept.err or #(kept[2] or '') % RECORD ~= 0 then
  redis.call('DEL', key)
  kept = { vary, '', false }
end
if kept[3] and (string.sub(order, 1, SEQ) < string.sub(kept[3], 1, SEQ) or ARGV[3] < string.sub(kept[3], SEQ + 1)) then
  return { 0 }
end

local stays, goes = {}, {}
for at = 1, #(kept[2] or ''), RECORD do
  local other = string.sub(kept[2], at, at + RECORD - 1)
  local rival = kept[1] ~= vary or string.sub(other, 1, ID) == id
  if rival and string.sub(other, ID + 1, ID + ORDER) > order then return { 0 } end
  local list = rival and goes or stays
  list[#list + 1] = other
end
while #stays >= tonumber(ARGV[5]) do
  goes[#goes + 1] = table.remove(stays, 1)
end
stays[#stays + 1] = record

local reply = { #stays }
for _, other in ipairs(goes) do
  redis.call('HDEL', key, string.sub(other, 1, ID))
  reply[#reply + 1] = string.sub(other, ID + ORDER + 1)
end
redis.call('HSET', key, 'v', vary, 'o', table.concat(stays), id, ARGV[4])
-- PTTL is -1 for a key that is new here, and PEXPIRE must not shorten the life of the other variants.
if redis.call('PTTL', key) < tonumber(ARGV[6]) then redis.call('PEXPIRE', key, ARGV[6]) end
return reply
