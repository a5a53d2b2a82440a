-- Forgets the history of days (counted from 1970) before one, a few days a time.
-- request: before most scopes[]    reply: how many days went
local req = cjson.decode(ARGV[1])
local days = call("ZRANGEBYSCORE", P .. "history_days", "-inf", "(" .. req.before, "LIMIT", 0, req.most)
for _, day in ipairs(days) do
  for _, scope in ipairs(req.scopes) do call("UNLINK", P .. "history:" .. day .. ":" .. scope) end
  call("ZREM", P .. "history_days", day)
end
return #days
