-- Creates a campaign in `loading` and keeps its bundle. Asked again with the same content (the reply was lost) it
-- changes nothing.
-- request: campaign made fields{...}    further argument: the bundle
-- reply: 1, or 0 when another campaign has this id
local req = cjson.decode(ARGV[1])
local key = campaign_key(req.campaign)
local made = call("HGET", key, "made")
if made then return made == req.made and 1 or 0 end
if call("SISMEMBER", DELETING, req.campaign) == 1 then return 0 end
local seq = call("INCR", P .. "last_campaign")
call("ZADD", CAMPAIGNS, seq, req.campaign)
call("HSET", key, "seq", seq, "made", req.made)
for field, value in pairs(req.fields) do call("HSET", key, field, value) end
call("SETNX", P .. "bundle:" .. req.fields.program, ARGV[2]) -- named by its digest: never changed
return 1
