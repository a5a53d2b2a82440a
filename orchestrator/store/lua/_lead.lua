-- A lead: its contact (never changes), its record (from the first claim on), its place in a due set.
-- contact: LANGUAGE \t ZONE,ZONE \t DIGITS,DIGITS \t SCHEMA \t JSON array
-- record:  PHASE \t DUE_AT \t REASON \t STATE \t SORT        STATE: "ATTEMPTS TRIES PHONE GIVEN_UP RETRIES STATUS", and
--          a seventh word, "agent", when it may only be called with an agent reserved for it: it is never ready then, but
--          waits for the reason `agent`, and is claimed by its id (`only`)
-- SORT:    static sort bytes, then one byte: where the attempts byte goes in, 255 when `first` has none
-- member of a ready set: sort bytes with the attempts, lead id (4 bytes), that one byte again
local FRESH = "0 0 0 - - new"
local PHASES = { r = "ready", w = "waiting", d = "dialing", o = "done", h = "held" }
local OPEN = { r = true, w = true, d = true }
local WAITS = { "retry", "next_day", "per_day", "number_busy" } -- of these a lead is ready when it is due
local ALL_WAITS = { "retry", "next_day", "per_day", "number_busy", "agent" }
local IS_WAIT = { retry = true, next_day = true, per_day = true, number_busy = true, agent = true }

local function nth(list, index)
  local i = 0
  for word in string.gmatch(list, "[^,]+") do
    if i == index then return word end
    i = i + 1
  end
end

local function read_contact(c, lead)
  local raw = call("HGET", lead_slot(c, "contact", lead))
  local zones, numbers = string.match(raw, "^[^\t]*\t([^\t]*)\t([^\t]*)\t")
  return raw, zones, numbers
end

local function read_state(state)
  local attempts, tries, phone, given, retries, status, needs =
    string.match(state, "^(%d+) (%d+) (%d+) (%S+) (%S+) (%S+)( ?a?g?e?n?t?)$")
  return {
    attempts = tonumber(attempts), tries = tries, phone = tonumber(phone),
    given = given, retries = retries, status = status, needs = needs,
  }
end

local function needs_agent(state) return string.match(state, "^%S+ %S+ %S+ %S+ %S+ %S+ agent$") ~= nil end

local function state_text(s)
  return s.attempts .. " " .. s.tries .. " " .. s.phone .. " " .. s.given .. " " .. s.retries .. " " .. s.status .. s.needs
end

local function read_record(c, lead)
  local raw = call("HGET", lead_slot(c, "lead", lead))
  if not raw then return nil end
  local phase, due, reason, state, sort = string.match(raw, "^(%a)\t(%d+)\t([^\t]*)\t([^\t]*)\t(.*)$")
  return { phase = phase, due = tonumber(due), reason = reason, state = state, sort = sort }
end

local function ready_key(c, zone) return campaign_key(c, "ready:" .. zone) end
local function waiting_key(c, reason) return campaign_key(c, "waiting:" .. reason) end

local function member_of(sort, attempts, lead)
  local at = string.byte(sort, -1)
  local body = string.sub(sort, 1, -2)
  if at < 255 then
    body = string.sub(body, 1, at) .. string.char(math.min(attempts, 255)) .. string.sub(body, at + 1)
  end
  return body .. struct.pack(">I4", lead) .. string.char(at)
end

local function split_member(member)
  local at = string.byte(member, -1)
  local body = string.sub(member, 1, -6)
  if at < 255 then body = string.sub(body, 1, at) .. string.sub(body, at + 2) end
  return struct.unpack(">I4", string.sub(member, -5, -2)), body .. string.char(at)
end

-- Counters are summed up here and written once at the end: changes[campaign][field].
local changes = {}

local function count(c, field, by)
  local mine = changes[c]
  if not mine then mine = {} changes[c] = mine end
  mine[field] = (mine[field] or 0) + by
end

local function write_counts()
  for c, mine in pairs(changes) do
    local key = campaign_key(c, "counts")
    for field, by in pairs(mine) do
      if by ~= 0 then call("HINCRBY", key, field, by) end
    end
  end
end

local function count_phase(c, phase, zone, by)
  count(c, PHASES[phase], by)
  if OPEN[phase] then count(c, "zone " .. zone, by) end
end

local function write_record(c, lead, phase, due, reason, state, sort)
  local key, field = lead_slot(c, "lead", lead)
  call("HSET", key, field, phase .. "\t" .. string.format("%.0f", due) .. "\t" .. reason .. "\t" .. state .. "\t" .. sort)
end

local function put_waiting(c, lead, due, reason, state, sort)
  if needs_agent(state) then reason = "agent" elseif not IS_WAIT[reason] or reason == "agent" then reason = "retry" end
  write_record(c, lead, "w", due, reason, state, sort)
  call("ZADD", waiting_key(c, reason), due, lead)
  return "w"
end

-- Where it belongs when it is due: the phase that it has then.
local function put_ready(c, lead, state, sort, zone, now)
  if needs_agent(state) then return put_waiting(c, lead, now, "agent", state, sort) end
  write_record(c, lead, "r", 0, "next", state, sort)
  local attempts = tonumber(string.match(state, "^%d+"))
  call("ZADD", ready_key(c, zone), 0, member_of(sort, attempts, lead))
  return "r"
end

-- Take an open lead that nobody is calling from where it stands.
local function take_from_place(c, lead, record, zone)
  if record.phase == "r" then
    local attempts = tonumber(string.match(record.state, "^%d+"))
    call("ZREM", ready_key(c, zone), member_of(record.sort, attempts, lead))
  elseif record.phase == "w" then
    call("ZREM", waiting_key(c, record.reason), lead)
  end
end

local function tell(c, lead, attempt, kind, at, body)
  call("XADD", OUTBOX, "*", "campaign", c, "lead", lead, "attempt", attempt, "kind", kind, "at", at, "body", body)
end

-- An open lead that nobody is calling is done, with this status; `more` is told with it.
local function close_open(c, lead, record, status, now, more)
  local s = read_state(record.state)
  local _, zones, numbers = read_contact(c, lead)
  local zone = nth(zones, s.phone)
  take_from_place(c, lead, record, zone)
  count(c, "status " .. s.status, -1)
  count(c, "status " .. status, 1)
  s.status = status
  write_record(c, lead, "o", 0, "done", state_text(s), record.sort)
  count_phase(c, record.phase, zone, -1)
  count_phase(c, "o", zone, 1)
  local body = { status = status, number = "+" .. nth(numbers, s.phone) }
  for name, value in pairs(more or {}) do body[name] = value end
  tell(c, lead, "", "status", now, cjson.encode(body))
end
