-- uses: _floor
-- Takes the lead of the floor, or goes on leading. Who led last keeps the token, though the lease had run out meanwhile;
-- a worker that was started anew (another `holder`) gets a new one, at once.
-- request: worker holder ttl_ms    reply: token, or 0 while another worker leads
local req = cjson.decode(ARGV[1])
local found = call("HMGET", FLOOR, "worker", "token", "holder")
if found[1] ~= req.worker and call("EXISTS", LEASE) == 1 then return 0 end
local token = tonumber(found[2] or 0)
if found[3] ~= req.holder then
  token = token + 1
  call("HSET", FLOOR, "worker", req.worker, "holder", req.holder, "token", token, "step", 0)
end
call("SET", LEASE, token, "PX", req.ttl_ms)
return token
