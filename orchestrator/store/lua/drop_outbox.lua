-- uses: _outbox
-- A person gives deliveries up: they are never made.
-- request: ids[]    reply: per id 1, 0: no such one, or 2: it is just being delivered, and not given up
local req = cjson.decode(ARGV[1])

local function is_under_way(id, d)
  local taken = taken_by(d.lane, d.chain)
  if not taken then return false end
  for _, other in ipairs(call("LRANGE", chain_key(d.lane, d.chain), 0, taken.n - 1)) do
    if other == id then return true end
  end
  return false
end

local found = {}
for i, id in ipairs(req.ids) do
  local d = read_delivery(id)
  if not d then found[i] = 0
  elseif is_under_way(id, d) then found[i] = 2
  else
    call("LREM", chain_key(d.lane, d.chain), 1, id)
    call("ZREM", PARKED, id)
    call("HDEL", RECORDS, id)
    count_figure(d.lane, "dropped", 1)
    line_up(d.lane, d.chain)
    found[i] = 1
  end
end
return found
