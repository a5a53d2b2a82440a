-- Moves a campaign to another state if it is in one of `among`.
-- request: campaign to among[] now    reply: 1 or 0, and the state it is in afterwards
local req = cjson.decode(ARGV[1])
local key = campaign_key(req.campaign)
local state = call("HGET", key, "state")
if not state then return redis.error_reply("NOCAMPAIGN " .. req.campaign) end
for _, from in ipairs(req.among) do
  if from == state then
    call("HSET", key, "state", req.to, "state_at", req.now)
    if state == "loading" then call("DEL", campaign_key(req.campaign, "loaded")) end
    return { 1, req.to }
  end
end
return { 0, state }
