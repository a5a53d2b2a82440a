-- uses: _lead, _number, _consent, _reason, _rest, _gateway, _quota
-- Why one lead is not being dialed.
-- request: as in _reason, and lead gateways[] trial_ms heard_ms quota?
-- reply: reason, at or "", zone number or "" (whose opening is meant)
local req = cjson.decode(ARGV[1])
local record = read_record(req.campaign, req.lead)
local over = record and settled(record)
if over then return { over, "", "" } end
local state = halted(req)
if state then return { state, "", "" } end
local _, zones, numbers = read_contact(req.campaign, req.lead)
local reason, at, zone = explain(req, record, zones, numbers)
if reason == "next" and quota_left(req.campaign, req.quota, req.now) == 0 then
  reason, at = "per_hour", next_hour(req.now)
elseif reason == "next" and #req.gateways > 0 then
  read_gateways(req.gateways, req.now, req.trial_ms, req.heard_ms)
  reason, at = gateway_reason(req.gateways, req.now)
end
return { reason, at or "", zone or "" }
