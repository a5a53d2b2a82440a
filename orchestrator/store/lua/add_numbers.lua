-- Puts numbers on the do-not-call list; one that is on it keeps its date and note.
-- request: numbers[] value    reply: how many are new
local req = cjson.decode(ARGV[1])
local added = 0
for _, digits in ipairs(req.numbers) do
  local key, field = number_slot("dnc", digits)
  added = added + call("HSETNX", key, field, req.value)
end
return added
