-- Who answers a question of a call: the first that claims it. Asked again with the same token (the reply was lost), it
-- says the same.
-- request: call n token for_s    reply: 1, or 0 when another has it
local req = cjson.decode(ARGV[1])
local key = P .. "ask:" .. req.call .. ":" .. req.n
if call("SET", key, req.token, "NX", "EX", req.for_s) then return 1 end
return call("GET", key) == req.token and 1 or 0
