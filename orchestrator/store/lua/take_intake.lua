-- One worker at a time works on an intake: takes it for a round, or holds it longer. Each round has a token of its own.
-- request: name by (new with each round) worker ttl_ms    reply: token, or 0 while somebody else has it
local req = cjson.decode(ARGV[1])
local key = P .. "intake:" .. req.name
local found = call("HMGET", key, "by", "token")
local is_ours = found[1] == req.by
if not is_ours and call("EXISTS", key .. ":lease") == 1 then return 0 end
local token = tonumber(found[2] or 0)
if not is_ours then
  token = token + 1
  call("HSET", key, "by", req.by, "token", token, "step", 0, "worker", req.worker)
end
call("SET", key .. ":lease", token, "PX", req.ttl_ms)
return token
