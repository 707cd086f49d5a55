-- Removes what is kept of a URL, and leaves a fence: what a fill that began before brings later is not kept. In one atomic step.
--
-- The hash is that of cache-put.lua.
--
-- KEYS[1]  hash of the URL
-- ARGV[1]  seq    number of the purge in 16 digits: variants whose fill knew it stay; all zeros removes all
-- ARGV[2]  began  ms since the epoch in 14 digits: a fill that asked its origin before is refused from now on; zeros for a purge
-- ARGV[3]  keep   ms that the fence stands, 1..
-- returns  number of variants removed; then the chunks of each
-- cost     O(variants)

local ID, ORDER, RECORD, SEQ = 22, 52, 94, 16
local key, seq, began = KEYS[1], ARGV[1], ARGV[2]

local kept = redis.pcall('HMGET', key, 'o', 't')
if kept.err or #(kept[1] or '') % RECORD ~= 0 then
  redis.call('DEL', key)
  kept = { '', false }
end

local stays, reply = {}, { 0 }
for at = 1, #(kept[1] or ''), RECORD do
  local record = string.sub(kept[1], at, at + RECORD - 1)
  if tonumber(seq) > 0 and string.sub(record, ID + 1, ID + SEQ) >= seq then
    stays[#stays + 1] = record
  else
    redis.call('HDEL', key, string.sub(record, 1, ID))
    reply[1] = reply[1] + 1
    reply[#reply + 1] = string.sub(record, ID + ORDER + 1)
  end
end

if #stays > 0 then redis.call('HSET', key, 'o', table.concat(stays)) else redis.call('HDEL', key, 'v', 'o') end
-- The fence only moves forward: an old purge that is repeated must not open it.
if kept[2] then
  if string.sub(kept[2], 1, SEQ) > seq then seq = string.sub(kept[2], 1, SEQ) end
  if string.sub(kept[2], SEQ + 1) > began then began = string.sub(kept[2], SEQ + 1) end
end
redis.call('HSET', key, 't', seq .. began)
if redis.call('PTTL', key) < tonumber(ARGV[3]) then redis.call('PEXPIRE', key, ARGV[3]) end
return reply
