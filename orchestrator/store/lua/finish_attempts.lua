-- uses: _lead, _number, _consent, _attempt, _rest, _word, _standing, _quarter, _outcome, _desk
-- Ends attempts, each exactly once: whoever removes the live attempt applies its ending; anyone later changes nothing.
-- A talk with a person drops the callbacks that its number waits for; a callback that was to be dropped is done.
-- What was wished of a lead while it was called is done once its attempt is.
-- An attempt of which an agent has said something that the decision does not know stays as it is, and is decided again.
-- request: now items[{id disposition result? answered answered_at? abandoned? kind at reason state uncount
--   outbox[{kind body}] works? fails? outcome? dnc? dnc_note? back?(as in _consent) open? past? quarter talk_ms? ring_ms?}]
--   works, fails: as in _word; outcome: id of the one that was considered; open: an agent may still speak of it, or its
--   lead waits for one; past: as in _outcome; quarter, talk_ms, ring_ms: for the history
-- further arguments: one log entry per item
-- reply: 1 or 0 per item, or the outcome (JSON) that is to be considered
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

-- A call in vain to somebody who was withdrawn during it: what its rule would say and tell ("we could not reach you") is
-- told to nobody. grant_wishes closes the lead.
local function pass_over(item, a)
  if item.answered or item.open or not withdrawal_of(a.campaign, a.lead) then return end
  local s = read_state(item.state)
  s.status = read_state(a.state).status
  item.kind, item.at, item.state, item.outbox = "due", req.now, state_text(s), {}
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
    phase = put_ready(c, lead, item.state, sort, zone, now)
  elseif item.kind == "due" then
    phase = put_waiting(c, lead, item.at, item.reason, item.state, sort)
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
  if item.abandoned then count(c, "abandoned", 1) end
  if item.past then note_past(a.number, item.past) end
  if item.disposition == "answered" then
    person_reached(a.number, "reached_elsewhere", item.answered_at or now, now, c, lead)
  end
end

local function apply_outcome(item, c, said)
  local o = read_outcome(said)
  count_outcome(c, nil, o)
  o.fate = "applied"
  call("HSET", campaign_key(c, "outcomes"), item.id, outcome_text(o))
end

local sums = {} -- campaign -> quarter -> figure -> sum

local function count_quarter(c, item)
  sums[c] = sums[c] or {}
  local mine = sums[c][item.quarter] or {}
  sums[c][item.quarter] = mine
  local function add(figure, by) mine[figure] = (mine[figure] or 0) + by end
  add("attempts", 1)
  add("attempts_" .. item.disposition, 1)
  if item.abandoned and item.disposition == "answered" then add("attempts_late", 1) end
  if item.talk_ms then add("attempts_talk_ms", item.talk_ms) end
  if item.ring_ms then add("attempts_ring_ms", item.ring_ms) end
end

local function write_quarters()
  for c, quarters in pairs(sums) do
    local project = call("HGET", campaign_key(c), "project")
    for quarter, added in pairs(quarters) do
      add_sums("campaign", c, quarter, added)
      if project and project ~= "" then add_sums("project", project, quarter, added) end
    end
  end
end

local function finish(i, item, a, said)
  local c = a.campaign
  call("HDEL", LIVE, item.id)
  pass_over(item, a)
  settle(item, a)
  if item.works then hear_works(item.works, item.id, a) end
  if item.fails then hear_fails(item.fails, item.id, a, now) end
  local entry = call("XADD", campaign_key(c, "log"), "*", "e", ARGV[i + 1])
  for _, each in ipairs(item.outbox) do tell(c, a.lead, item.id, each.kind, now, each.body) end
  grant_wishes(c, a.lead, now)
  if said then apply_outcome(item, c, said) end
  list_numbers(item.dnc or {}, item.dnc_note)
  for _, said in ipairs(item.back or {}) do take_back(said) end
  if item.open then call("SET", P .. "ended:" .. item.id, c .. " " .. a.lead .. " " .. entry, "EX", ENDED_S) end
  count_quarter(c, item)
end

local done = {}
for i, item in ipairs(req.items) do
  local raw = call("HGET", LIVE, item.id)
  local a = raw and read_attempt(raw)
  local said = a and call("HGET", campaign_key(a.campaign, "outcomes"), item.id)
  if said and read_outcome(said).id ~= item.outcome then
    done[i] = read_outcome(said).body
  else
    done[i] = raw and 1 or 0
    if raw then finish(i, item, a, said) end
  end
end
write_counts()
write_quarters()
return done
