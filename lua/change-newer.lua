-- Whether a change of a row is newer than what was purged for it, and, in its second step, that it now has been.
--
-- One hash holds a row; a field of it is one purge of that row, and its value the mark: the highest version seen and, behind it,
-- the digests of the changes of that version, with newlines between. The twin and the order: control/changes/version-order.ts
--
-- KEYS[1]  hash of the row
-- ARGV[1]  step     'look' changes nothing | 'keep' raises the marks that are older
-- ARGV[2]  version  1..64 characters of printable ASCII
-- ARGV[3]  digest   of the change, no newline
-- ARGV[4]  keep     ms that marks live from now, 1..
-- ARGV[5]  fields   kept at most; a row with more forgets them all, and its changes purge again
-- ARGV[6...]  purges, a short text each
-- returns  for each purge 1 newer | 0 older, or counted already
-- cost     O(purges), one hash; a mark has at most 16 digests
local key, step, version, digest = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
local keepMs, maxFields = tonumber(ARGV[4]), tonumber(ARGV[5])

local function number(text)
  local whole, rest = string.match(text, '^(%d+)%.(%d+)$')
  whole = whole or string.match(text, '^%d+$')
  if whole then
    return (string.gsub(whole, '^0+', '')), (string.gsub(rest or '', '0+$', ''))
  end
end
-- Byte by byte, because < follows the server's locale.
local function bytes(a, b)
  for at = 1, math.min(#a, #b) do
    local d = string.byte(a, at) - string.byte(b, at)
    if d ~= 0 then return d end
  end
  return #a - #b
end
local function compare(a, b)
  local wholeA, restA = number(a)
  local wholeB, restB = number(b)
  if (wholeA == nil) ~= (wholeB == nil) then return 1 end
  if not wholeA then return bytes(a, b) end
  if #wholeA ~= #wholeB then return #wholeA - #wholeB end
  local d = bytes(wholeA, wholeB)
  return d ~= 0 and d or bytes(restA, restB)
end

local newer = {}
local full = redis.call('HLEN', key) + #ARGV - 5 > maxFields
for i = 6, #ARGV do
  local mark = redis.call('HGET', key, ARGV[i])
  local seen, digests = string.match(mark or '', '^([^\n]+)(.*)$')
  local order = seen and compare(version, seen) or 1
  local counted = order == 0 and string.find(digests .. '\n', '\n' .. digest .. '\n', 1, true)
  newer[i - 5] = (order < 0 or counted) and 0 or 1
  if step == 'keep' and newer[i - 5] == 1 then
    if full then redis.call('DEL', key) full = false end
    local kept = order == 0 and digests .. '\n' .. digest or '\n' .. digest
    local _, count = string.gsub(kept, '\n', '')
    if count > 16 then kept = string.gsub(kept, '^\n[^\n]*', '', 1) end
    redis.call('HSET', key, ARGV[i], (order == 0 and seen or version) .. '\n' .. string.sub(kept, 2))
    redis.call('PEXPIRE', key, keepMs)
  end
end
return newer
