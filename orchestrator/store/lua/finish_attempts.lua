-- uses: _lead, _number, _attempt, _rest, _word, _standing
-- Ends attempts, each exactly once: whoever removes the live attempt applies its ending; anyone later changes nothing.
-- A talk with a person drops the callbacks that its number waits for; a callback that was to be dropped is done.
-- request: now items[{id disposition result? answered answered_at? kind at reason state uncount outbox[{kind body}]
--   works? fails?}] (the last two: as in _word)
-- further arguments: one log entry per item
-- reply: 1 or 0 per item
local req = cjson.decode(ARGV[1])
local now = req.now

-- What a callback's attempt means for it: it may have reached the caller, or have been left to end only.
local function settle_callback(item, c, lead)
  local m = read_missed(c, lead)
  if item.disposition == "answered" and m.how == "-" then m.how, m.at = "callback", item.answered_at or now end
  if m.drop ~= "-" then
    if item.kind ~= "done" or item.disposition ~= "answered" then
      local s = read_state(item.state)
      s.status = m.drop
      item.kind, item.state = "done", state_text(s)
      tell(c, lead, item.id, "status", now, cjson.encode({ status = m.drop, attempt_id = item.id }))
    end
    m.drop = "-"
  end
  write_missed(c, lead, m)
end

local function settle(item, a)
  local c, lead = a.campaign, a.lead
  let_go(item.id, a)
  if standing_rule(c) then settle_callback(item, c, lead) end
  if item.uncount then number_add(a.number, a.day, -1) end
  local before, after = read_state(a.state), read_state(item.state)
  local sort = read_record(c, lead).sort
  local _, zones = read_contact(c, lead)
  local zone = nth(zones, after.phone)
  local phase
  if item.kind == "due" and item.at <= now then
    phase = "r"
    put_ready(c, lead, item.state, sort, zone)
  elseif item.kind == "due" then
    phase = "w"
    put_waiting(c, lead, item.at, item.reason, item.state, sort)
  elseif item.kind == "held" then
    phase = "h"
    write_record(c, lead, phase, 0, "lost", item.state, sort)
  else
    phase = "o"
    write_record(c, lead, phase, 0, "done", item.state, sort)
  end
  count_phase(c, "d", a.zone, -1)
  count_phase(c, phase, zone, 1)
  if before.status ~= after.status then
    count(c, "status " .. before.status, -1)
    count(c, "status " .. after.status, 1)
  end
  count(c, "attempts", 1)
  count(c, "disposition " .. item.disposition, 1)
  if item.result then count(c, "result " .. item.result, 1) end
  if item.answered then count(c, "answered", 1) end
  if item.disposition == "answered" then
    person_reached(a.number, "reached_elsewhere", item.answered_at or now, now, c, lead)
  end
end

local done = {}
for i, item in ipairs(req.items) do
  local raw = call("HGET", LIVE, item.id)
  done[i] = raw and 1 or 0
  if raw then
    call("HDEL", LIVE, item.id)
    local a = read_attempt(raw)
    settle(item, a)
    if item.works then hear_works(item.works, item.id, a) end
    if item.fails then hear_fails(item.fails, item.id, a, now) end
    call("XADD", campaign_key(a.campaign, "log"), "*", "e", ARGV[i + 1])
    for _, entry in ipairs(item.outbox) do tell(a.campaign, a.lead, item.id, entry.kind, now, entry.body) end
  end
end
write_counts()
return done
