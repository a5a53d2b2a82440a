-- uses: _outbox
-- How much waits at each place, and since when. Of a place with more than `most` contacts, of those that are due first.
-- request: most    reply: for each lane: lane, contacts waiting, contacts under way, `at` of the oldest delivery (or "")
local req = cjson.decode(ARGV[1])
local found = {}

local function older(a, b) -- of two delivery ids, MS-SEQ.N
  if not a then return true end
  local ams, aseq = string.match(a, "^(%d+)-(%d+)")
  local bms, bseq = string.match(b, "^(%d+)-(%d+)")
  ams, bms = tonumber(ams), tonumber(bms)
  if ams ~= bms then return bms < ams end
  return tonumber(bseq) < tonumber(aseq)
end

local function lane_of(lane)
  found[lane] = found[lane] or { waiting = 0, taken = 0 }
  return found[lane]
end

local function look(lane, chain)
  local head = call("LINDEX", chain_key(lane, chain), 0)
  local known = lane_of(lane)
  if head and older(known.oldest, head) then known.oldest = head end
end

for _, lane in ipairs(call("SMEMBERS", LANES)) do
  lane_of(lane).waiting = call("ZCARD", due_key(lane))
  for _, chain in ipairs(call("ZRANGE", due_key(lane), 0, req.most - 1)) do look(lane, chain) end
end
for _, place in ipairs(call("HKEYS", TAKEN)) do
  local lane, chain = string.match(place, "^(%S+) (%S+)$")
  lane_of(lane).taken = lane_of(lane).taken + 1
  look(lane, chain)
end
local out = {}
for lane, known in pairs(found) do
  local at = known.oldest and string.format("%.0f", read_delivery(known.oldest).at) or ""
  out[#out + 1] = { lane, known.waiting, known.taken, at }
end
return out
