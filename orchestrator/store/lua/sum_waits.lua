-- uses: _lead, _number, _consent, _reason, _rest, _gateway, _quota
-- The counts that `why` starts from; sum_blocked then moves single leads to stronger reasons.
-- request: as in _reason, and gateways[] trial_ms heard_ms quota?
-- reply: state that halts the campaign or "", dialing, done, held, ready + waiting, reason of those that nothing else
--   holds, its time or "",
--   [reason, leads not due yet, first of them or "", leads due] per wait, [zone number, ready leads] per zone
local req = cjson.decode(ARGV[1])
local c, now = req.campaign, req.now
local counts = call("HMGET", campaign_key(c, "counts"), "dialing", "done", "held", "ready", "waiting")
for i = 1, 5 do counts[i] = tonumber(counts[i] or 0) end
local waits = {}
for _, reason in ipairs(ALL_WAITS) do
  local key = waiting_key(c, reason)
  local later = call("ZCOUNT", key, "(" .. now, "+inf")
  local first = call("ZRANGEBYSCORE", key, "(" .. now, "+inf", "WITHSCORES", "LIMIT", 0, 1)
  waits[#waits + 1] = { reason, later, first[2] or "", call("ZCARD", key) - later }
end
local zones = {}
for _, number in ipairs(call("HVALS", campaign_key(c, "zones"))) do
  zones[#zones + 1] = { number, call("ZCARD", ready_key(c, number)) }
end
local reason, at = "next", now
if quota_left(c, req.quota, now) == 0 then
  reason, at = "per_hour", next_hour(now)
elseif #req.gateways > 0 then
  read_gateways(req.gateways, now, req.trial_ms, req.heard_ms)
  reason, at = gateway_reason(req.gateways, now)
end
return { halted(req) or "", counts[1], counts[2], counts[3], counts[4] + counts[5], reason, at or "", waits, zones }
