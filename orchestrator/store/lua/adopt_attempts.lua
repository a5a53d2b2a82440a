-- uses: _lead, _attempt
-- Hands the live attempts of a dead worker to another one. Dead: its heartbeat has run out. A living worker keeps
-- its own, whoever asks.
-- request: dead by    reply: one text per attempt handed over (see `deliver`)
local req = cjson.decode(ARGV[1])
if call("EXISTS", P .. "worker:" .. req.dead) == 1 then return {} end
local out = {}
local all = call("HGETALL", LIVE)
for i = 1, #all, 2 do
  local a = read_attempt(all[i + 1])
  if a.worker == req.dead then
    a.worker = req.by
    local raw = attempt_text(a)
    call("HSET", LIVE, all[i], raw)
    out[#out + 1] = deliver(all[i], raw, (read_contact(a.campaign, a.lead)))
  end
end
call("HDEL", WORKERS, req.dead)
return out
