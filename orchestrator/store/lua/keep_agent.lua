-- Keeps an agent that is not in the agents file, or removes one.
-- request: agent, and kept (JSON) unless it is to be removed    reply: 1 it was there before, 0 it was not
local req = cjson.decode(ARGV[1])
local key = P .. "added_agents"
local was = call("HEXISTS", key, req.agent)
if req.kept then
  if call("HGET", key, req.agent) == req.kept then return 1 end
  call("HSET", key, req.agent, req.kept)
else
  if was == 0 then return 0 end
  call("HDEL", key, req.agent)
end
call("INCR", key .. ":version")
return was
