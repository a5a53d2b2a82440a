-- uses: _lead, _attempt, _desk
-- A lead is called no more: it is done at once, or when the call that is under way has ended.
-- request: campaign lead external token by note now cancel
--   external: the lead is meant by this external id ("": by its own); token: of this wish; cancel: a call that nobody has
--   answered yet is to be given up by its worker
-- further argument: sort bytes of the lead while it was never called
-- reply: "withdrawn", "after_call", "done_already", "no_such_lead" or "moved" (another lead has the external id by now)
-- Sent again with the same token, it says the same again.
local req = cjson.decode(ARGV[1])
local c, lead = req.campaign, req.lead
if req.external ~= "" and lead_of_external(c, req.external) ~= lead then return "moved" end
if call("HEXISTS", lead_slot(c, "contact", lead)) == 0 then return "no_such_lead" end
local record = read_record(c, lead) or { phase = "r", due = 0, reason = "next", state = FRESH, sort = ARGV[2] }
local before = withdrawal_of(c, lead)
if record.phase == "o" then return before and before.token == req.token and "withdrawn" or "done_already" end

-- The worker of the call hears that it need not ring on.
local function cancel()
  local _, _, numbers = read_contact(c, lead)
  local id = call("HGET", LOCKS, nth(numbers, read_state(record.state).phone))
  local raw = id and call("HGET", LIVE, id)
  local a = raw and read_attempt(raw)
  if a and a.campaign == c and a.lead == lead then call("HSET", CANCELS, id, req.now) end
end

local w = { at = req.now, by = req.by, note = req.note, token = req.token }
local key, field = lead_slot(c, "withdrawn", lead)
if record.phase == "d" then
  if not before then call("HSET", key, field, cjson.encode(w)) end
  if req.cancel then cancel() end
  return "after_call"
end
call("HSET", key, field, cjson.encode(w))
close_withdrawn(c, lead, record, w, req.now)
write_counts()
return "withdrawn"
