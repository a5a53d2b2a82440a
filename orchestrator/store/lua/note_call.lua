-- uses: _lead, _number, _standing
-- Records a call that came in, once: with it, what is to be done after it goes to the outbox, callbacks that it makes
-- superfluous are dropped, and the callback that it asks for becomes a lead, or part of the number's open one.
-- request: id day days[] scenario began ended now caller(digits or "") fate served("", "person", "flow") own outbox[{kind
--   body}] callback?{campaign contact due promised windows[[ms, callbacks]]}
--   days: in which the id may have been recorded; own: the scenario's standing campaign, there or not
-- further argument: the call
-- reply: 1, or 0 when it was recorded before
local req = cjson.decode(ARGV[1])
for _, day in ipairs(req.days) do
  if call("ZSCORE", P .. "calls:" .. day, req.id) then return 0 end
end
local NEW = "\255" -- sort bytes of a lead: in the order they came

-- How many callbacks the number had since, itself and those before it.
local function had_since(c, lead, since)
  local had = 0
  while lead and lead > 0 do
    local m = read_missed(c, lead)
    if m.first < since then return had end
    had, lead = had + 1, m.before
  end
  return had
end

local function is_capped(ask, lead)
  if ask.promised then return false end
  for _, window in ipairs(ask.windows) do
    if had_since(ask.campaign, lead, req.ended - window[1] + 1) >= window[2] then return true end
  end
  return false
end

local function place(c, lead, due, state, sort, zone)
  if due <= req.now then
    put_ready(c, lead, state, sort, zone)
    return "r"
  end
  put_waiting(c, lead, due, "retry", state, sort)
  return "w"
end

local function add(ask, before)
  local c = ask.campaign
  local lead = tonumber(call("HGET", campaign_key(c, "counts"), "leads") or 0) + 1
  local key, field = lead_slot(c, "contact", lead)
  call("HSET", key, field, ask.contact)
  call("HSET", campaign_key(c, "index:" .. string.sub(req.caller, -4)), string.sub(req.caller, 1, -5), lead)
  write_missed(c, lead, {
    first = req.ended, last = req.ended, calls = 1, promised = ask.promised and "1" or "0", how = "-", at = 0,
    drop = "-", before = before or 0,
  })
  local zone = string.match(ask.contact, "^[^\t]*\t(%d+)")
  local phase = place(c, lead, ask.due, FRESH, NEW, zone)
  count_phase(c, phase, zone, 1)
  count(c, "leads", 1)
  count(c, "status new", 1)
  return "added", lead
end

-- One more missed call of a number that waits for its callback: that comes no later for it. What the caller was
-- promised holds; a lead that a person was to decide about is decided by the caller.
local function merge(ask, lead, record)
  local c, m = ask.campaign, read_missed(ask.campaign, lead)
  m.first, m.last, m.calls = math.min(m.first, req.ended), math.max(m.last, req.ended), m.calls + 1
  if ask.promised then m.promised = "1" end
  m.drop = "-" -- what it was to be dropped for was before this call
  if req.ended > m.at then m.how, m.at = "-", 0 end
  write_missed(c, lead, m)
  local is_moved = record.phase == "h" or record.phase == "w" and (ask.promised or ask.due < record.due)
    or record.phase == "r" and ask.promised and ask.due > req.now
  if not is_moved then return "merged", lead end
  local s = read_state(record.state)
  local _, zones = read_contact(c, lead)
  local zone = nth(zones, s.phone)
  if record.phase == "w" then call("ZREM", waiting_key(c, record.reason), lead) end
  if record.phase == "r" then call("ZREM", ready_key(c, zone), member_of(record.sort, s.attempts, lead)) end
  count_phase(c, record.phase, zone, -1)
  count_phase(c, place(c, lead, ask.due, record.state, record.sort, zone), zone, 1)
  return "merged", lead
end

local function call_back(ask)
  local c = ask.campaign
  local rule, state = standing_rule(c), call("HGET", campaign_key(c), "state")
  if not rule or state == "stopped" then return "no_plan" end
  if is_on_dnc(req.caller) then return "do_not_call" end
  local since = math.max(served_at(PERSON, req.caller), served_at(by_flow(c), req.caller))
  if rule == "reached" and since >= req.ended then return "served_since" end
  local lead = latest_lead(c, req.caller)
  local record = lead and read_record(c, lead)
  if record and record.phase ~= "o" then return merge(ask, lead, record) end
  if is_capped(ask, lead) then return "capped" end
  return add(ask, lead)
end

local dropped = 0
if req.served == "person" then
  dropped = person_reached(req.caller, "called_again", req.began, req.now)
elseif req.served == "flow" and standing_rule(req.own) then
  note_served(by_flow(req.own), req.caller, req.began)
  dropped = drop_callback(req.own, req.caller, "called_again", req.began, req.now)
end
local fate, lead = req.fate, 0
if req.callback then fate, lead = call_back(req.callback) end
call("ZADD", P .. "call_days", req.day, req.day)
call("ZADD", P .. "calls:" .. req.day, req.began, req.id)
call("HSET", P .. "call:" .. req.day, req.id, fate .. "\t" .. (lead or 0) .. "\t" .. dropped .. "\n" .. ARGV[2])
for _, entry in ipairs(req.outbox) do
  call("XADD", OUTBOX, "*", "campaign", req.scenario, "lead", "", "attempt", req.id, "kind", entry.kind, "at", req.now,
    "body", entry.body)
end
write_counts()
return 1
