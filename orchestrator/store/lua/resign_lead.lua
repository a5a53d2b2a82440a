-- uses: _floor
-- The leader ends: another worker may lead at once, and nothing is written with this token any more.
-- request: token    reply: 1, or 0 when another token is in force
local req = cjson.decode(ARGV[1])
if not is_leading(req.token) then return 0 end
call("HSET", FLOOR, "worker", "", "holder", "", "token", req.token + 1)
call("DEL", LEASE)
return 1
