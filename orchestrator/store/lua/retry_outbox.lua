-- uses: _outbox
-- A person has deliveries tried at once: parked ones go back to the front of their chains with all their tries.
-- request: ids[] (the latest first, so that the earliest ends up in front) now    reply: 1 per id, or 0: no such one
local req = cjson.decode(ARGV[1])

local function put_back(id, d)
  local key, taken = chain_key(d.lane, d.chain), taken_by(d.lane, d.chain)
  local last_taken = taken and call("LINDEX", key, taken.n - 1)
  if not last_taken then call("LPUSH", key, id)
  else call("LINSERT", key, "AFTER", last_taken, id) end
end

local found = {}
for i, id in ipairs(req.ids) do
  local d = read_delivery(id)
  found[i] = d and 1 or 0
  if d then
    local was_parked = call("ZREM", PARKED, id) == 1
    if was_parked then d.tries = 0 end
    d.due = req.now
    write_delivery(id, d)
    if was_parked then put_back(id, d) end
    line_up(d.lane, d.chain)
  end
end
return found
