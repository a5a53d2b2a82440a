-- uses: _outbox
-- A deliverer takes chains that are due: of each lane so many that it has `at_once` of them under way.
-- request: by token now at_once busy{lane: under way} batch (deliveries of a batch, at most)
-- reply: for each chain a list: token, then id and record of each delivery
local req = cjson.decode(ARGV[1])
local found = {}

local function take(lane, chain)
  local key, n = chain_key(lane, chain), 1
  if read_delivery(call("LINDEX", key, 0)).is_batch then n = math.min(call("LLEN", key), req.batch) end
  local token = req.token .. " " .. place_of(lane, chain) -- asked for again, it is another one: see share_outbox
  call("HSET", TAKEN, place_of(lane, chain), cjson.encode({ by = req.by, token = token, n = n }))
  line_up(lane, chain)
  local taken = { token }
  for _, id in ipairs(call("LRANGE", key, 0, n - 1)) do
    taken[#taken + 1] = id
    taken[#taken + 1] = call("HGET", RECORDS, id)
  end
  found[#found + 1] = taken
end

local lanes = call("SMEMBERS", LANES)
table.sort(lanes)
for _, lane in ipairs(lanes) do
  local room = req.at_once - (req.busy[lane] or 0)
  if call("EXISTS", due_key(lane)) == 0 then
    call("SREM", LANES, lane)
  elseif room > 0 then
    for _, chain in ipairs(call("ZRANGEBYSCORE", due_key(lane), "-inf", req.now, "LIMIT", 0, room)) do
      take(lane, chain)
    end
  end
end
return found
