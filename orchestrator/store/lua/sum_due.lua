-- uses: _lead
-- Due leads that no claim has made ready yet, by the zone of their next number.
-- request: campaign now reason skip limit    reply: how many were read, [zone number, leads] ...
local req = cjson.decode(ARGV[1])
local c = req.campaign
local due = call("ZRANGEBYSCORE", waiting_key(c, req.reason), "-inf", req.now, "LIMIT", req.skip, req.limit)
local found = {}
for _, text in ipairs(due) do
  local lead = tonumber(text)
  local _, zones = read_contact(c, lead)
  local zone = nth(zones, read_state(read_record(c, lead).state).phone)
  found[zone] = (found[zone] or 0) + 1
end
local out = { #due }
for zone, leads in pairs(found) do out[#out + 1] = { zone, leads } end
return out
