-- Moves a running campaign to `finished` once no lead is ready, waiting or being dialed. A standing one goes
-- on, and so does an open one.
-- request: campaign now    reply: 1 or 0
local req = cjson.decode(ARGV[1])
local key = campaign_key(req.campaign)
local facts = call("HMGET", key, "state", "standing", "open")
if facts[1] ~= "running" or (facts[2] or "") ~= "" or facts[3] == "1" then return 0 end
local open = call("HMGET", campaign_key(req.campaign, "counts"), "ready", "waiting", "dialing")
for _, count in ipairs(open) do
  if tonumber(count or 0) > 0 then return 0 end
end
call("HSET", key, "state", "finished", "state_at", req.now)
return 1
