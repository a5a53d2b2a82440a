-- uses: _lead, _attempt
-- The live attempts: all, those of one worker, or one by id. There are never more than there are channels.
-- request: worker? id?    reply: one text per attempt (see `deliver`)
local req = cjson.decode(ARGV[1])
local out = {}

local function add(id, raw)
  local a = read_attempt(raw)
  if not req.worker or a.worker == req.worker then
    out[#out + 1] = deliver(id, raw, (read_contact(a.campaign, a.lead)))
  end
end

if req.id then
  local raw = call("HGET", LIVE, req.id)
  if raw then add(req.id, raw) end
  return out
end
local all = call("HGETALL", LIVE)
for i = 1, #all, 2 do add(all[i], all[i + 1]) end
return out
