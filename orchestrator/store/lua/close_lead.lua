-- uses: _lead
-- A person closes a held lead: it is done, with this status, and the outbox hears of it.
-- request: campaign lead status body now    reply: 1, or 0 when the lead is not held
local req = cjson.decode(ARGV[1])
local c, lead = req.campaign, req.lead
local record = read_record(c, lead)
if not record or record.phase ~= "h" then return 0 end
local s = read_state(record.state)
count(c, "status " .. s.status, -1)
count(c, "status " .. req.status, 1)
count(c, "held", -1)
count(c, "done", 1)
s.status = req.status
write_record(c, lead, "o", 0, "done", state_text(s), record.sort)
write_counts()
tell(c, lead, "", "status", req.now, req.body)
return 1
