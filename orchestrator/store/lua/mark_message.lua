-- What became of a message. A receipt says more than whoever took it: it is not written over.
-- request: name (its id, or the gateway's own) now at state why reference?   reply: its id, or "": there is none
--   at: when that was so; of two receipts the later one counts
local req = cjson.decode(ARGV[1])
local receipts = { delivered = true, undelivered = true }
local id = req.name
if call("EXISTS", P .. "message:" .. id) == 0 then id = call("GET", P .. "message_of:" .. req.name) or "" end
local key = P .. "message:" .. id
local state = id ~= "" and call("HGET", key, "state")
if not state then return "" end
if req.reference then
  call("HSET", key, "reference", req.reference)
  call("SET", P .. "message_of:" .. req.reference, id, "EX", math.max(1, call("TTL", key)))
end
if state == "suppressed" then return id end
if receipts[state] then
  if not receipts[req.state] or tonumber(call("HGET", key, "state_at")) > req.at then return id end
end
call("HSET", key, "state", req.state, "why", req.why, "state_at", req.at)
return id
