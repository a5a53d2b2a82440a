-- uses: _lead
-- A lead that waits for an agent need not wait for one any more: it is due as any other.
-- request: campaign lead now    reply: 1, or 0 when it does not wait for an agent (any more)
local req = cjson.decode(ARGV[1])
local c, lead = req.campaign, req.lead
local record = read_record(c, lead)
if not record or record.phase ~= "w" or record.reason ~= "agent" then return 0 end
local s = read_state(record.state)
local _, zones = read_contact(c, lead)
local zone = nth(zones, s.phone)
take_from_place(c, lead, record, zone)
s.needs = ""
count_phase(c, "w", zone, -1)
if record.due <= req.now then
  count_phase(c, put_ready(c, lead, state_text(s), record.sort, zone, req.now), zone, 1)
else
  count_phase(c, put_waiting(c, lead, record.due, "retry", state_text(s), record.sort), zone, 1)
end
write_counts()
return 1
