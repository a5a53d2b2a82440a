-- Forgets the recorded calls of days before one, a few days a time.
-- request: before (day, 20261122) most    reply: how many days went
local req = cjson.decode(ARGV[1])
local days = call("ZRANGEBYSCORE", P .. "call_days", "-inf", "(" .. req.before, "LIMIT", 0, req.most)
for _, day in ipairs(days) do
  call("UNLINK", P .. "calls:" .. day, P .. "call:" .. day, P .. "outcome:" .. day)
  call("ZREM", P .. "call_days", day)
end
return #days
