-- An open campaign takes no more contacts.
-- request: campaign    reply: 1, or 0 when it was not open
local req = cjson.decode(ARGV[1])
local key = campaign_key(req.campaign)
if call("EXISTS", key) == 0 then return redis.error_reply("NOCAMPAIGN " .. req.campaign) end
if call("HGET", key, "open") ~= "1" then return 0 end
call("HSET", key, "open", "0")
return 1
