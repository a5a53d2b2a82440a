-- Creates a campaign in `loading` and keeps its bundle. Asked again with the same token (the reply was lost) it
-- changes nothing; another caller's campaign is another one, even if it is the same in all else.
-- request: campaign token fields{...}    further argument: the bundle
-- reply: 1, or 0 when another campaign has this id
local req = cjson.decode(ARGV[1])
local key = campaign_key(req.campaign)
if call("EXISTS", key) == 1 then return call("HGET", key, "token") == req.token and 1 or 0 end
if call("SISMEMBER", DELETING, req.campaign) == 1 then return 0 end
local seq = call("INCR", P .. "last_campaign")
call("ZADD", CAMPAIGNS, seq, req.campaign)
call("HSET", key, "seq", seq, "token", req.token)
for field, value in pairs(req.fields) do call("HSET", key, field, value) end
call("SETNX", P .. "bundle:" .. req.fields.program, ARGV[2]) -- named by its digest: never changed
return 1
