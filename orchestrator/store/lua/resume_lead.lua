-- uses: _lead
-- A person lets a held lead be called again: it is ready, and a finished campaign runs again for it.
-- request: campaign lead now    reply: 1, or 0 when the lead is not held
local req = cjson.decode(ARGV[1])
local c, lead = req.campaign, req.lead
local record = read_record(c, lead)
if not record or record.phase ~= "h" then return 0 end
local _, zones = read_contact(c, lead)
local zone = nth(zones, read_state(record.state).phone)
count_phase(c, "h", zone, -1)
count_phase(c, put_ready(c, lead, record.state, record.sort, zone, req.now), zone, 1)
write_counts()
local key = campaign_key(c)
if call("HGET", key, "state") == "finished" then
  call("HSET", key, "state", "running", "state_at", req.now)
end
return 1
