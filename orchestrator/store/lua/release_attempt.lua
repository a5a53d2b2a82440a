-- uses: _lead, _number, _attempt, _standing, _quota, _desk
-- Undoes a claim whose originate was never written, exactly once: the lead is ready as before, its number's counts
-- and its gateway's channel are given back. (The gateway's call-per-second token is not: that errs on the slow side.)
-- A callback that was to be dropped when its attempt has ended is done, and so is what was wished of the lead meanwhile.
-- request: id now    reply: 1, or 0 when there is no such live attempt
local req = cjson.decode(ARGV[1])
local raw = call("HGET", LIVE, req.id)
if not raw then return 0 end
call("HDEL", LIVE, req.id)
local a = read_attempt(raw)
let_go(req.id, a)
number_add(a.number, a.day, -1)
count_phase(a.campaign, "d", a.zone, -1)
count_phase(a.campaign, put_ready(a.campaign, a.lead, a.state, read_record(a.campaign, a.lead).sort, a.zone, req.now),
  a.zone, 1)
give_quota_back(a.campaign, a.claimed_at)
local m = standing_rule(a.campaign) and read_missed(a.campaign, a.lead)
if m and m.drop ~= "-" then
  close_open(a.campaign, a.lead, read_record(a.campaign, a.lead), m.drop, req.now)
  m.drop = "-"
  write_missed(a.campaign, a.lead, m)
end
grant_wishes(a.campaign, a.lead, req.now)
write_counts()
return 1
