-- Begins the deletion of a campaign that is being loaded: from here on nobody finds it. delete_part does the rest.
-- request: campaign    reply: 1, or 0 when it is not being loaded
local req = cjson.decode(ARGV[1])
local c = req.campaign
if call("SISMEMBER", DELETING, c) == 1 then return 1 end
if call("HGET", campaign_key(c), "state") ~= "loading" then return 0 end
call("SADD", DELETING, c)
call("ZREM", CAMPAIGNS, c)
-- the campaign's hash stays for delete_part, under no name that a reader looks for
call("RENAME", campaign_key(c), campaign_key(c, "deleted"))
return 1
