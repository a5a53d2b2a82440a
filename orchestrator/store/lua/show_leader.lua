-- uses: _floor
-- Who leads, while the lease runs.    reply: {worker, token, ms left}, or {} for nobody
local left = call("PTTL", LEASE)
if left <= 0 then return {} end
local found = call("HMGET", FLOOR, "worker", "token")
return { found[1], tonumber(found[2]), left }
