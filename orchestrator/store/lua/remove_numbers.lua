-- Takes numbers off the do-not-call list.
-- request: numbers[]    reply: how many were on it
local req = cjson.decode(ARGV[1])
local removed = 0
for _, digits in ipairs(req.numbers) do
  local key, field = number_slot("dnc", digits)
  removed = removed + call("HDEL", key, field)
end
return removed
