-- A caller is to be called back: a new lead of the scenario's standing campaign, or part of the number's open one.
-- req: caller(digits) ended now    ask: campaign contact due promised agent windows[[ms, callbacks]]
--   agent: it is only made with an agent reserved for it (the caller keeps their place in a queue)
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

local function is_capped(req, ask, lead)
  if ask.promised then return false end
  for _, window in ipairs(ask.windows) do
    if had_since(ask.campaign, lead, req.ended - window[1] + 1) >= window[2] then return true end
  end
  return false
end

local function place(req, c, lead, due, state, sort, zone)
  if due <= req.now then return put_ready(c, lead, state, sort, zone, req.now) end
  return put_waiting(c, lead, due, "retry", state, sort)
end

local function add(req, ask, before)
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
  local state = ask.agent and FRESH .. " agent" or FRESH
  local phase = place(req, c, lead, ask.due, state, NEW, zone)
  count_phase(c, phase, zone, 1)
  count(c, "leads", 1)
  count(c, "status new", 1)
  return "added", lead
end

-- One more missed call of a number that waits for its callback: that comes no later for it. What the caller was
-- promised holds; a lead that a person was to decide about is decided by the caller.
local function merge(req, ask, lead, record)
  local c, m = ask.campaign, read_missed(ask.campaign, lead)
  m.first, m.last, m.calls = math.min(m.first, req.ended), math.max(m.last, req.ended), m.calls + 1
  if ask.promised then m.promised = "1" end
  m.drop = "-" -- what it was to be dropped for was before this call
  if record.phase == "d" then call("HDEL", lead_slot(c, "withdrawn", lead)) end
  if req.ended > m.at then m.how, m.at = "-", 0 end
  write_missed(c, lead, m)
  local is_moved = record.phase == "h" or ask.agent and record.phase ~= "d"
    or record.phase == "w" and (ask.promised or ask.due < record.due)
    or record.phase == "r" and ask.promised and ask.due > req.now
  if not is_moved then return "merged", lead end
  local s = read_state(record.state)
  local _, zones = read_contact(c, lead)
  local zone = nth(zones, s.phone)
  take_from_place(c, lead, record, zone)
  count_phase(c, record.phase, zone, -1)
  if ask.agent then s.needs = " agent" end
  count_phase(c, place(req, c, lead, ask.due, state_text(s), record.sort, zone), zone, 1)
  return "merged", lead
end

local function call_back(req, ask)
  local c = ask.campaign
  local rule, state = standing_rule(c), call("HGET", campaign_key(c), "state")
  if not rule or state == "stopped" then return "no_plan" end
  if is_on_dnc(req.caller) then return "do_not_call" end
  local since = math.max(served_at(PERSON, req.caller), served_at(by_flow(c), req.caller))
  if rule == "reached" and since >= req.ended then return "served_since" end
  local lead = latest_lead(c, req.caller)
  local record = lead and read_record(c, lead)
  if record and record.phase ~= "o" then return merge(req, ask, lead, record) end
  if is_capped(req, ask, lead) then return "capped" end
  return add(req, ask, lead)
end
