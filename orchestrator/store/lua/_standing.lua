-- A standing campaign calls back whoever called its scenario in vain. Its hash has `standing`, the scenario, and
-- `unless`: "reached" (a callback is dropped once the caller was reached) or "never". A number has at most one open lead
-- in it; `index` leads to the latest. Beside each lead, in `campaign:CAMPAIGN:missed:BUCKET`:
-- "FIRST LAST CALLS PROMISED HOW AT DROP BEFORE"
--   FIRST, LAST: ms at which its first and its latest missed call ended; CALLS: how many there were
--   PROMISED: 1 when the caller asked for it
--   HOW, AT: how the caller was reached first ("-" not yet, callback, called_again, reached_elsewhere), and when
--   DROP: the status to close the lead with once the attempt that is under way has ended, "-" for none
--   BEFORE: lead id of the number's callback before this one, 0 for none
local STANDING = P .. "standing"
local standing_of = {}

-- "reached" or "never" for a standing campaign, false for any other one.
local function standing_rule(c)
  if standing_of[c] == nil then
    local found = call("HMGET", campaign_key(c), "standing", "unless")
    standing_of[c] = found[1] and found[1] ~= "" and found[2] or false
  end
  return standing_of[c]
end

local function read_missed(c, lead)
  local raw = call("HGET", lead_slot(c, "missed", lead))
  if not raw then return nil end
  local first, last, calls, promised, how, at, drop, before = string.match(raw,
    "^(%d+) (%d+) (%d+) (%d) (%S+) (%d+) (%S+) (%d+)$")
  return {
    first = tonumber(first), last = tonumber(last), calls = tonumber(calls), promised = promised, how = how,
    at = tonumber(at), drop = drop, before = tonumber(before),
  }
end

local function write_missed(c, lead, m)
  local key, field = lead_slot(c, "missed", lead)
  call("HSET", key, field, string.format("%.0f %.0f %.0f %s %s %.0f %s %.0f", m.first, m.last, m.calls, m.promised,
    m.how, m.at, m.drop, m.before))
end

local function latest_lead(c, digits)
  local key = campaign_key(c, "index:" .. string.sub(digits, -4))
  return tonumber(call("HGET", key, string.sub(digits, 1, -5)) or nil)
end

-- When somebody last talked with a number, or its owner was served without anybody (ms): `key` says by whom.
local function served_at(key, digits)
  return tonumber(call("HGET", key .. ":" .. string.sub(digits, -4), string.sub(digits, 1, -5)) or 0)
end

local function note_served(key, digits, at)
  if at > served_at(key, digits) then
    call("HSET", key .. ":" .. string.sub(digits, -4), string.sub(digits, 1, -5), string.format("%.0f", at))
  end
end

local PERSON = P .. "reached" -- somebody talked with the number, whatever scenario or campaign it was
local function by_flow(c) return campaign_key(c, "served") end -- served by the flow of the campaign's scenario

-- The caller was reached at `at`: what was missed before that needs no callback. One that rings is left to end.
local function drop_callback(c, digits, how, at, now, own_lead)
  if standing_rule(c) ~= "reached" then return 0 end
  local lead = latest_lead(c, digits)
  if not lead or lead == own_lead then return 0 end
  local record, m = read_record(c, lead), read_missed(c, lead)
  if how == "called_again" and m.how == how and m.at == at then return 1 end -- by this very call, while it went on
  if record.phase == "o" or m.last > at or m.drop ~= "-" then return 0 end
  if m.how == "-" then m.how, m.at = how, at end
  if record.phase == "d" then m.drop = how else close_open(c, lead, record, how, now) end
  write_missed(c, lead, m)
  return 1
end

-- Somebody talked with the number. own, own_lead: the callback that it was, if it was one.
local function person_reached(digits, how, at, now, own, own_lead)
  local dropped, all = 0, call("SMEMBERS", STANDING)
  if #all > 0 then note_served(PERSON, digits, at) end
  for _, c in ipairs(all) do
    dropped = dropped + drop_callback(c, digits, how, at, now, c == own and own_lead or nil)
  end
  return dropped
end
