-- Why one lead is not being dialed. The same checks as in claim_leads, in this order: what is over or on the line, the
-- campaign's state, do-not-call, no consent, lifetime, its own wait, hours, number on the line, per-day; "next" when nothing holds it.
-- Needs _consent, and `req`: campaign now zones{small number: {day next_day_at}} cap_day? cap_ever? busy_ms as_running consent?
local SETTLED = { d = "dialing", o = "done", h = "lost" }
local HALTED = { loading = true, paused = true, stopped = true }

local function halted(req)
  local state = call("HGET", campaign_key(req.campaign), "state")
  return not req.as_running and HALTED[state] and state or nil
end

-- Why a lead is over, or nobody may move it.
local function settled(record)
  if record.phase == "h" and record.reason == "no_consent" then return "no_consent" end
  return SETTLED[record.phase]
end

local function is_spent(req, digits)
  return req.cap_ever and (number_had(digits, "0")) >= req.cap_ever
end

local function is_usable(req, digits)
  return not is_spent(req, digits) and (not req.consent or basis_of(digits, req.consent.purpose, req.now))
end

-- The phone a claim would come to: the current one, or the next one that may still be called; nil when there is none.
local function usable_phone(req, s, numbers)
  if is_usable(req, nth(numbers, s.phone)) then return s.phone end
  local given = "," .. s.given .. ","
  local total = select(2, string.gsub(numbers, "[^,]+", ""))
  for step = 1, total - 1 do
    local phone = (s.phone + step) % total
    if not string.find(given, "," .. phone .. ",", 1, true) and is_usable(req, nth(numbers, phone)) then
      return phone
    end
  end
end

-- reason, when it may change (ms) or nil, small number of the zone whose hours it waits for or nil
local function explain(req, record, zones, numbers)
  local s = read_state(record and record.state or FRESH)
  if is_on_dnc(nth(numbers, s.phone)) then return "do_not_call" end
  local phone = usable_phone(req, s, numbers)
  if not phone then
    return req.consent and not agreed_phone(req.consent, s, numbers, req.now) and "no_consent" or "lifetime"
  end
  if record and record.phase == "w" and record.due > req.now then return record.reason, record.due end
  local own = nth(zones, s.phone)
  if not req.zones[own] then return "hours", nil, own end
  local digits, zone_number = nth(numbers, phone), nth(zones, phone)
  local zone = req.zones[zone_number]
  if not zone then return "hours", nil, zone_number end
  if call("HEXISTS", LOCKS, digits) == 1 then return "number_busy", req.now + req.busy_ms end
  local _, today = number_had(digits, zone.day)
  if req.cap_day and today >= req.cap_day then return "per_day", zone.next_day_at end
  if record and record.phase == "w" and record.reason == "agent" then return "agent" end
  return "next"
end
