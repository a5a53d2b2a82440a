-- uses: _lead, _number, _consent
-- People agree. The outbox hears of those that are new, when there is a body for them.
-- request: now items[{digits purpose at how tail(JSON) body?}] lift?{digits note since}
--   lift: a number that leaves the do-not-call list, if that has it from after `since` on, for what begins with this note
-- reply: per item added, known, withdrawn or too_many
local req = cjson.decode(ARGV[1])

local function is_withdrawn(raw, purpose, at)
  for sign, scope, when in string.gmatch(raw, CONSENT_LINE) do
    if sign == "-" and covers(scope, purpose) and tonumber(when) >= at then return true end
  end
  return false
end

if req.lift then
  local key, field = number_slot("dnc", req.lift.digits)
  local at, said = string.match(call("HGET", key, field) or "", "^(%d+) (.*)$")
  local is_meant = said and string.sub(said, 1, #req.lift.note) == req.lift.note
  if is_meant and tonumber(at) > req.lift.since then call("HDEL", key, field) end
end
local out = {}
for i, item in ipairs(req.items) do
  local raw, key, field = read_consents(item.digits)
  local head = "+" .. item.purpose .. "\t" .. string.format("%.0f", item.at) .. "\t" .. item.how .. "\t"
  local gone = is_withdrawn(raw, item.purpose, item.at)
  if string.find("\n" .. raw, "\n" .. head, 1, true) then
    out[i] = gone and "withdrawn" or "known"
  elseif count_lines(raw) >= MOST_LINES then
    out[i] = "too_many"
  else
    call("HSET", key, field, raw .. head .. item.tail .. "\n")
    out[i] = gone and "withdrawn" or "added"
    if item.body and not gone then
      call("XADD", OUTBOX, "*", "campaign", "", "lead", "", "attempt", "", "kind", "consent", "at", req.now,
        "body", item.body)
    end
  end
end
return out
