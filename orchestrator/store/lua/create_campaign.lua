-- Creates a campaign in `loading` and keeps its bundle. Asked again with the same content (the reply was lost) it
-- changes nothing.
-- request: campaign state created_at digest fields{...}    further argument: the bundle
-- reply: 1, or 0 when another campaign has this id
local req = cjson.decode(ARGV[1])
local key = campaign_key(req.campaign)
local made = call("HGET", key, "made")
if made then return made == req.made and 1 or 0 end
if call("SISMEMBER", DELETING, req.campaign) == 1 then return 0 end
local last = call("ZREVRANGE", CAMPAIGNS, 0, 0, "WITHSCORES")
local seq = math.max(tonumber(last[2] or 0), tonumber(call("GET", P .. "last_campaign") or 0)) + 1
call("SET", P .. "last_campaign", seq)
call("ZADD", CAMPAIGNS, seq, req.campaign)
call("HSET", key, "seq", seq, "made", req.made)
for field, value in pairs(req.fields) do call("HSET", key, field, value) end
call("SET", P .. "bundle:" .. req.fields.program, ARGV[2])
return 1
