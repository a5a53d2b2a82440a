-- Small numbers for texts that many contacts or attempts share: zone keys, lists of column names, routes. A number is
-- never changed.
-- request: campaign part terms[]    reply: all of the part: text, number, text, number, ...
local req = cjson.decode(ARGV[1])
local key = campaign_key(req.campaign, req.part)
if call("EXISTS", campaign_key(req.campaign)) == 0 then return redis.error_reply("NOCAMPAIGN " .. req.campaign) end
for _, term in ipairs(req.terms) do call("HSETNX", key, term, call("HLEN", key)) end
return call("HGETALL", key)
