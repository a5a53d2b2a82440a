-- uses: _lead, _number, _consent
-- A person takes consents back, and may go on the do-not-call list with it; the outbox hears of it when there is a body for it. Said again, it changes
-- nothing.
-- request: item(as in _consent) now body?
-- reply: how many consents it ended
local req = cjson.decode(ARGV[1])
local ended, is_new = take_back(req.item)
if is_new and req.body then
  call("XADD", OUTBOX, "*", "campaign", "", "lead", "", "attempt", "", "kind", "consent", "at", req.now, "body", req.body)
end
return ended
