-- uses: _lead, _number, _consent, _attempt, _rest, _gateway, _quota
-- Claims the best due leads of a running campaign over the open zones, as many as there are attempt ids, within
-- gateway budgets, the hour's quota, do-not-call list, number locks and caps; stores each attempt. Looks at `look` leads
-- at most. With `only`, at none but these: also at those that wait for an agent and are due.
-- request: campaign seq worker now ids zones[{zone open_until day next_day_at}] gateways[{switch switch_uuid gateway
--   weight? cps channels}] cap_day? cap_ever? look busy_ms trial_ms heard_ms only[] quota? consent?{purpose hold}
-- reply: reason, wait_until or "", next_due_at or "", ids of those that try a gateway or switch after its rest (blanks
--   between), then one text per attempt (see `deliver`)
-- Asked again with the same ids (the reply was lost), it returns what it stored the first time.
local req = cjson.decode(ARGV[1])
local c, now = req.campaign, req.now
local cap_day, cap_ever = req.cap_day or math.huge, req.cap_ever or math.huge
local is_again = false -- something is worth asking for at once

local trials = {}

local function reply(reason, wait_until, next_due, attempts)
  local out = { reason, wait_until or "", next_due or "", table.concat(trials, " ") }
  for _, text in ipairs(attempts or {}) do out[#out + 1] = text end
  return out
end

local function check_campaign()
  local meta = call("HMGET", campaign_key(c), "state", "seq")
  if not meta[1] then return redis.error_reply("NOCAMPAIGN " .. c) end
  if meta[2] ~= req.seq then return redis.error_reply("STALE " .. c) end
  if meta[1] == "finished" then return reply("done") end
  if meta[1] ~= "running" then return reply(meta[1]) end
end

local function stored_before()
  local found = {}
  for i, raw in ipairs(call("HMGET", LIVE, unpack(req.ids))) do
    local a = raw and read_attempt(raw)
    if a and a.worker == req.worker and a.campaign == c then
      found[#found + 1] = deliver(req.ids[i], raw, (read_contact(c, a.lead)))
    end
  end
  return found
end

local function promote(budget)
  for _, reason in ipairs(WAITS) do
    local key = waiting_key(c, reason)
    local due = budget > 0 and call("ZRANGEBYSCORE", key, "-inf", now, "LIMIT", 0, budget) or {}
    for _, text in ipairs(due) do
      local lead = tonumber(text)
      local record = read_record(c, lead)
      local _, zones = read_contact(c, lead)
      local zone = nth(zones, read_state(record.state).phone)
      call("ZREM", key, text)
      count_phase(c, "w", zone, -1)
      count_phase(c, put_ready(c, lead, record.state, record.sort, zone, now), zone, 1)
    end
    budget = budget - #due
  end
  if budget <= 0 then is_again = true end
end

-- Byte order, as Redis sorts members; Lua's own < follows the server's locale.
local function is_before(a, b)
  local shorter = math.min(#a, #b)
  for i = 1, shorter do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x < y end
  end
  return #a < #b
end

local heads = {}

local function open_heads()
  for _, zone in ipairs(req.zones) do
    if now < zone.open_until then
      heads[#heads + 1] = { zone = zone, key = ready_key(c, zone.zone), list = {}, at = 0, is_dry = false }
    end
  end
end

local function peek(head, chunk)
  if head.at >= #head.list and not head.is_dry then
    -- what was read before is gone from the set by now: each lead looked at moves somewhere
    head.list, head.at = call("ZRANGE", head.key, 0, chunk - 1), 0
    head.is_dry = #head.list < chunk
  end
  return head.list[head.at + 1]
end

local function take_best(chunk)
  local best, member
  for _, head in ipairs(heads) do
    local candidate = peek(head, chunk)
    if candidate and (not member or is_before(candidate, member)) then best, member = head, candidate end
  end
  if not best then return nil end
  best.at = best.at + 1
  call("ZREM", best.key, member)
  return member, best.zone
end

-- In order, or by weight: smooth weighted round robin (as nginx does), among those that may take a call now.
local is_weighted = #req.gateways > 0
for _, g in ipairs(req.gateways) do is_weighted = is_weighted and g.weight ~= nil end

local function read_turns()
  if not is_weighted then return end
  for _, g in ipairs(req.gateways) do
    g.turn = tonumber(call("HGET", campaign_key(c, "turns"), g.key) or 0)
  end
end

local function has_room()
  for _, g in ipairs(req.gateways) do
    if takes_calls(g, now) then return true end
  end
  return false
end

local function pick_gateway()
  local total, best = 0, nil
  for _, g in ipairs(req.gateways) do
    if takes_calls(g, now) then
      if not is_weighted then return g end
      g.turn, total = g.turn + g.weight, total + g.weight
      if not best or g.turn > best.turn then best = g end
    end
  end
  if best then best.turn = best.turn - total end
  return best
end

local function write_gateways()
  for _, g in ipairs(req.gateways) do
    if g.taken > 0 then
      call("HSET", GATEWAYS, g.key .. " tat", string.format("%.3f", g.tat), g.key .. " live", g.live)
    end
    if is_weighted then call("HSET", campaign_key(c, "turns"), g.key, g.turn) end
  end
end

local function close(lead, s, sort, zone, status, digits)
  count(c, "status " .. s.status, -1)
  count(c, "status " .. status, 1)
  s.status = status
  write_record(c, lead, "o", 0, "done", state_text(s), sort)
  count_phase(c, "r", zone.zone, -1)
  count_phase(c, "o", zone.zone, 1)
  tell(c, lead, "", "status", now, cjson.encode({ status = status, number = "+" .. digits }))
end

local function postpone(lead, s, sort, due, reason)
  put_waiting(c, lead, due, reason, state_text(s), sort)
  count(c, "ready", -1)
  count(c, "waiting", 1)
end

-- From one of the contact's numbers to another one.
local function turn_to(lead, s, sort, zones, zone, phone)
  s.phone = phone
  local next_zone = nth(zones, phone)
  count_phase(c, "r", zone.zone, -1)
  count_phase(c, put_ready(c, lead, state_text(s), sort, next_zone, now), next_zone, 1)
  for _, head in ipairs(heads) do
    if head.zone.zone == next_zone then head.list, head.at, head.is_dry = {}, 0, false end -- to be read anew, in order
  end
end

-- Nobody has agreed to this call, under any of the contact's numbers.
local function refuse(lead, s, sort, zone, digits)
  if not req.consent.hold then return close(lead, s, sort, zone, "no_consent", digits) end
  write_record(c, lead, "h", 0, "no_consent", state_text(s), sort)
  count_phase(c, "r", zone.zone, -1)
  count_phase(c, "h", zone.zone, 1)
  tell(c, lead, "", "held", now, cjson.encode({ status = s.status, number = "+" .. digits, why = "no_consent" }))
end

-- The number may never be called again: on to the contact's next one that was not given up, if there is one.
local function give_up_number(lead, s, sort, zones, numbers, zone, digits)
  s.given = s.given == "-" and tostring(s.phone) or s.given .. "," .. s.phone
  local given = "," .. s.given .. ","
  local total = select(2, string.gsub(numbers, "[^,]+", ""))
  for step = 1, total - 1 do
    local phone = (s.phone + step) % total
    if not string.find(given, "," .. phone .. ",", 1, true) then
      return turn_to(lead, s, sort, zones, zone, phone)
    end
  end
  close(lead, s, sort, zone, "lifetime", digits)
end

-- Moves a lead that must not be dialed now to where it belongs. True when it may be dialed, and the consent it has.
local function may_dial(lead, s, sort, zones, numbers, zone, digits)
  if is_on_dnc(digits) then
    close(lead, s, sort, zone, "do_not_call", digits)
    return false
  end
  local basis
  if req.consent then
    local phone
    phone, basis = agreed_phone(req.consent, s, numbers, now)
    if phone ~= s.phone then
      if phone then turn_to(lead, s, sort, zones, zone, phone) else refuse(lead, s, sort, zone, digits) end
      return false
    end
  end
  if call("HEXISTS", LOCKS, digits) == 1 then
    postpone(lead, s, sort, now + req.busy_ms, "number_busy")
    return false
  end
  local ever, today = number_had(digits, zone.day)
  if ever >= cap_ever then
    give_up_number(lead, s, sort, zones, numbers, zone, digits)
    return false
  end
  if today >= cap_day then
    postpone(lead, s, sort, zone.next_day_at, "per_day")
    return false
  end
  return true, basis
end

-- A gateway or switch whose rest is over is tried by one call, until that has ended.
local function try_out(r, id, trial_ms)
  if r and r.is_trial then
    r.trial, r.trial_at, r.is_trial, r.opens_at = id, now, false, now + trial_ms
    write_rest(r.name, r)
    trials[#trials + 1] = id
  elseif r and r.is_over then
    r.is_over = false
    forget_rest(r.name)
  end
end

local function dial(id, lead, state, sort, contact, zone, digits, basis)
  local g = pick_gateway()
  try_out(g.rest, id, req.trial_ms)
  try_out(g.host, id, req.heard_ms)
  local raw = attempt_text({
    campaign = c, lead = lead, number = digits, zone = zone.zone, day = zone.day, gateway = g.gateway,
    switch = g.switch, switch_uuid = g.switch_uuid, worker = req.worker, claimed_at = now, state = state,
    basis = basis,
  })
  call("HSET", LIVE, id, raw)
  call("HSET", LOCKS, digits, id)
  number_add(digits, zone.day, 1)
  g.live, g.tat, g.taken = g.live + 1, g.tat + g.gap, g.taken + 1
  write_record(c, lead, "d", 0, "dialing", state, sort)
  count(c, "ready", -1)
  count(c, "dialing", 1)
  return deliver(id, raw, contact)
end

-- Why nothing (more) is there to claim although gateways are free.
local function idle_reason()
  local reason, due
  for _, wait in ipairs(WAITS) do
    local first = call("ZRANGE", waiting_key(c, wait), 0, 0, "WITHSCORES")
    local at = tonumber(first[2])
    if at and (not due or at < due) then reason, due = wait, at end
  end
  if not reason then
    local first = call("ZRANGE", waiting_key(c, "agent"), 0, 0, "WITHSCORES")
    local at = tonumber(first[2])
    if at then reason, due = "agent", at > now and at or nil end -- one that is due is not asked for by time
  end
  local counts = call("HMGET", campaign_key(c, "counts"), "ready", "dialing", "held")
  if tonumber(counts[1] or 0) > 0 then reason = "hours" end
  if not reason and tonumber(counts[2] or 0) > 0 then reason = "dialing" end
  if not reason and tonumber(counts[3] or 0) > 0 then reason = "lost" end
  return reason or "done", due
end

local refusal = check_campaign()
if refusal then return refusal end
local before = stored_before()
if #before > 0 then return reply("next", now, nil, before) end
local room, hour = quota_left(c, req.quota, now)
local wanted = math.min(#req.ids, room)
read_gateways(req.gateways, now, req.trial_ms, req.heard_ms)
read_turns()
open_heads()
local claimed, looked, limit_reason, limit_until = {}, 0, nil, nil

-- Dials the lead, which was taken from its place and counts as ready, if nothing forbids it.
local function try_lead(lead, state, sort, zone, contact, zones, numbers)
  local s = read_state(state)
  local digits = nth(numbers, s.phone)
  local may, basis = may_dial(lead, s, sort, zones, numbers, zone, digits)
  if may then
    claimed[#claimed + 1] = dial(req.ids[#claimed + 1], lead, state, sort, contact, zone, digits, basis)
  end
end

local function claim_best()
  promote(req.look)
  local chunk = math.ceil(wanted / math.max(1, #heads)) + 1
  while #claimed < wanted and looked < req.look do
    if not has_room() then
      limit_reason, limit_until = gateway_wait(req.gateways, now)
      break
    end
    local member, zone = take_best(chunk)
    if not member then break end
    looked = looked + 1
    local lead, sort = split_member(member)
    local record = read_record(c, lead)
    try_lead(lead, record and record.state or FRESH, sort, zone, read_contact(c, lead))
  end
end

local OVER = { d = "dialing", o = "done", h = "lost" }

-- The open zone of a lead that may be tried now; else nil and the reason, and when it may be (ms).
local function zone_of(lead, record, zones)
  if not record then return nil, "next" end -- never called: it is claimed in its turn
  if record.phase == "w" and record.due > now then return nil, record.reason, record.due end
  if OVER[record.phase] then return nil, OVER[record.phase] end
  local wanted_zone = nth(zones, read_state(record.state).phone)
  for _, zone in ipairs(req.zones) do
    if zone.zone == wanted_zone and now < zone.open_until then return zone end
  end
  return nil, "hours"
end

local function claim_only()
  local why, at
  for _, lead in ipairs(req.only) do
    if #claimed >= wanted then break end
    if not has_room() then
      limit_reason, limit_until = gateway_wait(req.gateways, now)
      break
    end
    local contact, zones, numbers = read_contact(c, lead)
    local record = read_record(c, lead)
    local zone, reason, due = zone_of(lead, record, zones)
    if zone then
      take_from_place(c, lead, record, zone.zone)
      count_phase(c, record.phase, zone.zone, -1)
      count_phase(c, "r", zone.zone, 1)
      try_lead(lead, record.state, record.sort, zone, contact, zones, numbers)
      local after = read_record(c, lead)
      if after.phase ~= "d" then why, at = why or after.reason, at or after.due end
    else
      why, at = why or reason, at or due
    end
  end
  return why, at
end

local why, at
if wanted == 0 then
  limit_reason, limit_until = "per_hour", next_hour(now)
elseif #req.only > 0 then
  why, at = claim_only()
else
  claim_best()
end
if #claimed > 0 then write_gateways() end
write_quota(c, hour, #claimed)
write_counts()
if limit_reason then return reply(limit_reason, limit_until, nil, claimed) end
if #claimed == #req.ids or looked >= req.look then return reply("next", now, nil, claimed) end
if #claimed == wanted then return reply("per_hour", next_hour(now), nil, claimed) end
if #req.only > 0 then return reply(why or "next", nil, at ~= 0 and at or nil, claimed) end
local reason, due = idle_reason()
return reply(is_again and "next" or reason, is_again and now or nil, due, claimed)
