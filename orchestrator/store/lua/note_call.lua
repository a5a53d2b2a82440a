-- uses: _lead, _number, _consent, _standing, _callback, _outcome
-- Records a call that came in, once: with it, what is to be done after it goes to the outbox, callbacks that it makes
-- superfluous are dropped, and the callback that it asks for becomes a lead, or part of the number's open one.
-- request: id day days[] scenario began ended now caller(digits or "") fate served("", "person", "flow") own outbox[{kind
--   body}] callback? (as in _callback) past? (as in _outcome) back[](as in _consent)
--   days: in which the id may have been recorded; own: the scenario's standing campaign, there or not
-- further argument: the call
-- reply: 1, or 0 when it was recorded before
local req = cjson.decode(ARGV[1])
for _, day in ipairs(req.days) do
  if call("ZSCORE", P .. "calls:" .. day, req.id) then return 0 end
end
local dropped = 0
if req.served == "person" then
  dropped = person_reached(req.caller, "called_again", req.began, req.now)
elseif req.served == "flow" and standing_rule(req.own) then
  note_served(by_flow(req.own), req.caller, req.began)
  dropped = drop_callback(req.own, req.caller, "called_again", req.began, req.now)
end
local fate, lead = req.fate, 0
if req.callback then fate, lead = call_back(req, req.callback) end
call("ZADD", P .. "call_days", req.day, req.day)
call("ZADD", P .. "calls:" .. req.day, req.began, req.id)
call("HSET", P .. "call:" .. req.day, req.id, fate .. "\t" .. (lead or 0) .. "\t" .. dropped .. "\n" .. ARGV[2])
for _, entry in ipairs(req.outbox) do
  call("XADD", OUTBOX, "*", "campaign", req.scenario, "lead", "", "attempt", req.id, "kind", entry.kind, "at", req.now,
    "body", entry.body)
end
for _, said in ipairs(req.back) do take_back(said) end
if req.past and req.caller ~= "" then note_past(req.caller, req.past) end
write_counts()
return 1
