-- uses: _bundle
-- Deletes a range of buckets of one part of a campaign in `deleting`; the part "rest" comes last and ends it.
-- request: campaign part("contact" | "index" | "external" | "seen" | "rest") begin end    reply: 1, or 0 when it is deleted already
local req = cjson.decode(ARGV[1])
local c = req.campaign
if call("SISMEMBER", DELETING, c) == 0 then return 0 end
local facts = call("HMGET", campaign_key(c, "deleted"), "seq", "scenario", "program")
local seq, scenario, program = facts[1], facts[2], facts[3]

local LEAD_PARTS = { "contact", "lead", "was", "wished", "withdrawn" }

local function forget_seen(bucket)
  local key = P .. "seen:" .. scenario .. ":" .. bucket
  local all = call("HGETALL", key)
  for i = 1, #all, 2 do
    if all[i + 1] == seq then call("HDEL", key, all[i]) end
  end
end

if req.part == "rest" then
  for _, number in ipairs(call("HVALS", campaign_key(c, "zones"))) do
    call("UNLINK", campaign_key(c, "ready:" .. number))
  end
  for _, part in ipairs({ "counts", "zones", "schemas", "loaded", "deleted" }) do call("DEL", campaign_key(c, part)) end
  forget_bundle(program)
  call("SREM", DELETING, c)
  return 1
end
for bucket = req.begin, req["end"] do
  if req.part == "seen" then
    forget_seen(bucket)
  elseif req.part == "contact" then
    for _, part in ipairs(LEAD_PARTS) do call("UNLINK", campaign_key(c, part .. ":" .. bucket)) end
  elseif req.part == "external" then
    call("UNLINK", campaign_key(c, "external:" .. string.format("%03x", bucket)))
  else
    -- numbers shorter than four digits do not exist, so buckets are 0000 to 9999
    call("UNLINK", campaign_key(c, "index:" .. string.format("%04d", bucket)))
  end
end
return 1
