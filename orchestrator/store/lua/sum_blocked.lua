-- uses: _lead, _number, _consent, _reason
-- Leads whose number holds them back although their place does not say so (on the do-not-call list, had its calls, on
-- the line): for a range of leads, or for a range of number buckets. By buckets only numbers that are listed, were
-- called or are on the line are looked at, and each lead under its current number alone: so it is counted once.
-- request: as in _reason, and by("leads" | "buckets") begin end held_only?
-- reply: [place, reason, leads, earliest or "", zone number or ""] ...; place: "held", "wait REASON", "zone NUMBER" or, of those
--   that wait for an agent and are due, "agent NUMBER", where they were counted; zone: the one whose opening they wait for
local req = cjson.decode(ARGV[1])
local c = req.campaign
local days = {}
for _, zone in pairs(req.zones) do days[zone.day] = true end
local locked = {} -- last four digits -> rest -> true
for _, digits in ipairs(call("HKEYS", LOCKS)) do
  local tail = string.sub(digits, -4)
  locked[tail] = locked[tail] or {}
  locked[tail][string.sub(digits, 1, -5)] = true
end

local function is_capped(had)
  if req.cap_ever and tonumber(string.match(had, "^%d+")) >= req.cap_ever then return true end
  if not req.cap_day then return false end
  for day, calls in string.gmatch(had, " (%d+):(%d+)") do
    if days[day] and tonumber(calls) >= req.cap_day then return true end
  end
  return false
end

local function candidates(tail)
  local found = locked[tail] or {}
  for _, rest in ipairs(call("HKEYS", P .. "dnc:" .. tail)) do found[rest] = true end
  local numbers = call("HGETALL", P .. "number:" .. tail)
  for i = 1, #numbers, 2 do
    if is_capped(numbers[i + 1]) then found[numbers[i]] = true end
  end
  return found
end

local sums = {}

local function add(place, reason, at, zone)
  local key = place .. "|" .. reason .. "|" .. (zone or "")
  local sum = sums[key]
  if not sum then sum = { place, reason, 0, "", zone or "" } sums[key] = sum end
  sum[3] = sum[3] + 1
  if at and (sum[4] == "" or at < sum[4]) then sum[4] = at end
end

local function look_at(lead, digits)
  local record = read_record(c, lead)
  if record and settled(record) == "no_consent" then return add("held", "no_consent") end
  if req.held_only or record and SETTLED[record.phase] then return end
  local _, zones, numbers = read_contact(c, lead)
  local phone = record and read_state(record.state).phone or 0
  if digits and nth(numbers, phone) ~= digits then return end
  local reason, at, waits_for = explain(req, record, zones, numbers)
  if record and record.phase == "w" and record.due > req.now then
    if reason ~= record.reason then add("wait " .. record.reason, reason, at, waits_for) end
    return
  end
  local zone = nth(zones, phone)
  local free, place = "next", "zone "
  if record and record.phase == "w" and record.reason == "agent" then free, place = "agent", "agent " end
  local usual = req.zones[zone] and free or "hours"
  if reason ~= usual then add(place .. zone, reason, at, waits_for) end
end

local function look_at_bucket(bucket)
  local tail = string.format("%04d", bucket)
  local index = P .. "campaign:" .. c .. ":index:" .. tail
  for rest in pairs(candidates(tail)) do
    local lead = call("HGET", index, rest)
    if lead then look_at(tonumber(lead), rest .. tail) end
  end
end

for item = req.begin, req["end"] do
  if req.by == "leads" then look_at(item) else look_at_bucket(item) end
end
local out = {}
for _, sum in pairs(sums) do out[#out + 1] = sum end
return out
