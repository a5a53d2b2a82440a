-- uses: _bundle
-- Makes the standing campaign of a scenario, running; or gives the one that is there the program that was deployed last.
-- Its leads, and whether it is paused or stopped, stay as they are. The program before is kept for calls under way.
-- request: campaign fields{scenario program state created_at title source first standing unless}
-- further argument: the bundle
-- reply: 1, or 0 when a campaign that is not the scenario's has this id
local req = cjson.decode(ARGV[1])
local key, fields = campaign_key(req.campaign), req.fields
if call("EXISTS", key) == 0 then
  local seq = call("INCR", P .. "last_campaign")
  call("ZADD", CAMPAIGNS, seq, req.campaign)
  call("SADD", P .. "standing", req.campaign)
  call("HSET", key, "seq", seq, "token", "", "state_at", fields.created_at)
  for field, value in pairs(fields) do call("HSET", key, field, value) end
  keep_bundle(fields.program, ARGV[2])
  return 1
end
if call("HGET", key, "standing") ~= fields.standing then return 0 end
local found = call("HMGET", key, "program", "before")
if found[1] ~= fields.program then
  call("HSET", key, "program", fields.program, "before", found[1])
  keep_bundle(fields.program, ARGV[2])
  if found[2] then forget_bundle(found[2]) end
end
call("HSET", key, "title", fields.title, "source", fields.source, "unless", fields.unless,
  "project", fields.project)
return 1
