-- uses: _lead, _number, _standing, _callback, _outcome
-- An agent says what came of a call that came in, whether it goes on or has ended. Said again, it changes nothing.
-- request: id oid key now day days[] scenario caller(digits or "") ended dnc[] dnc_note outbox[{kind body}] past?
--   callback? (as in _callback)
--   days: in which something may have been said of it before
-- further argument: the outcome (JSON)
-- reply: 1
local req = cjson.decode(ARGV[1])
local day, before = req.day, nil
for _, each in ipairs(req.days) do
  local raw = call("HGET", P .. "outcome:" .. each, req.id)
  if raw then day, before = each, read_outcome(raw) end
end
if was_said(before, req.oid) then return 1 end
if req.callback then call_back(req, req.callback) end
list_numbers(req.dnc, req.dnc_note)
call("ZADD", P .. "call_days", day, day)
call("HSET", P .. "outcome:" .. day, req.id,
  outcome_text({ ids = ids_with(req.oid, before), fate = "applied", key = req.key, body = ARGV[2] }))
for _, each in ipairs(req.outbox) do
  call("XADD", OUTBOX, "*", "campaign", req.scenario, "lead", "", "attempt", req.id, "kind", each.kind, "at", req.now,
    "body", each.body)
end
if req.past and req.caller ~= "" then note_past(req.caller, req.past) end
write_counts()
return 1
