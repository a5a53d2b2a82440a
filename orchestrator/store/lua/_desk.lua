-- What is wished of leads from outside while their campaign runs: other columns, or to be called no more.
-- campaign:CAMPAIGN:external:SHA: external id -> the latest lead that has it. In a contact, the fourth part is SCHEMA,
-- then the external id ("-" for none) and how many contacts the lead had before, left out when there is nothing to say.
-- campaign:CAMPAIGN:was:BUCKET: lead % 100 -> JSON [[TRIES, contact], ...]: what the contact was for the attempts before
-- that many tries.
-- campaign:CAMPAIGN:wished:BUCKET: lead % 100 -> length of the sort bytes (1 byte), sort bytes, contact: what the contact
-- becomes once the call that is under way has ended. Its numbers are the lead's already.
-- campaign:CAMPAIGN:withdrawn:BUCKET: lead % 100 -> JSON {at by note token}: it is called no more.
local CANCELS = P .. "cancels"

local function external_slot(c, external) return campaign_key(c, "external:" .. string.sub(redis.sha1hex(external), 1, 3)), external end

local function lead_of_external(c, external)
  local key, field = external_slot(c, external)
  return tonumber(call("HGET", key, field) or nil)
end

local function split_contact(raw)
  local head, external, kept, tail = string.match(raw, "^([^\t]*\t[^\t]*\t[^\t]*\t%d+) ?([^\t ]*) ?(%d*)(\t.*)$")
  return head, external == "-" and "" or external, tonumber(kept) or 0, tail
end

local function join_contact(head, external, kept, tail)
  if kept > 0 then return head .. " " .. (external == "" and "-" or external) .. " " .. kept .. tail end
  return head .. (external == "" and "" or " " .. external) .. tail
end

-- The contact as it came in.
local function plain_contact(raw)
  local head, external, _, tail = split_contact(raw)
  return join_contact(head, external, 0, tail)
end

local function wished_contact(c, lead)
  local raw = call("HGET", lead_slot(c, "wished", lead))
  if not raw then return nil end
  local size = string.byte(raw, 1)
  return string.sub(raw, size + 2), string.sub(raw, 2, size + 1)
end

local function numbers_of(raw) return (string.match(raw, "^[^\t]*\t[^\t]*\t([^\t]*)\t")) end

local function index_slot(c, digits) return campaign_key(c, "index:" .. string.sub(digits, -4)), string.sub(digits, 1, -5) end

local function lead_of_digits(c, digits)
  local key, field = index_slot(c, digits)
  return tonumber(call("HGET", key, field) or nil)
end

local function take_numbers(c, lead, numbers)
  for digits in string.gmatch(numbers, "%d+") do
    local key, field = index_slot(c, digits)
    call("HSET", key, field, lead)
  end
end

-- These numbers are the lead's no more, but for those that it keeps.
local function let_numbers_go(c, lead, numbers, kept)
  for digits in string.gmatch(numbers, "%d+") do
    if not string.find("," .. kept .. ",", "," .. digits .. ",", 1, true) and lead_of_digits(c, digits) == lead then
      local key, field = index_slot(c, digits)
      call("HDEL", key, field)
    end
  end
end

-- Which numbers were given up and which one is next is kept by their place in the contact.
local function renumber(s, before, after)
  local place, i = {}, 0
  for digits in string.gmatch(after, "%d+") do place[digits], i = i, i + 1 end
  local given, is_given = {}, {}
  for index in string.gmatch(s.given, "%d+") do
    local at = place[nth(before, tonumber(index))]
    if at then given[#given + 1], is_given[at] = at, true end
  end
  local phone = place[nth(before, s.phone)]
  for at = 0, i - 1 do
    if not phone and not is_given[at] then phone = at end
  end
  s.given = phone and #given > 0 and table.concat(given, ",") or "-"
  s.phone = phone or 0
end

local function keep_what_was(c, lead, s, raw)
  local key, field = lead_slot(c, "was", lead)
  local _, _, kept = split_contact(raw)
  local tries = tonumber(s.tries)
  if tries == 0 then return kept end
  local all = cjson.decode(call("HGET", key, field) or "[]")
  if #all > 0 and all[#all][1] == tries then return kept end
  all[#all + 1] = { tries, plain_contact(raw) }
  call("HSET", key, field, cjson.encode(all))
  return #all
end

-- A lead that nobody is calling has another contact from now on. Whoever waited for their old number waits no longer.
local function replace_contact(c, lead, record, raw, sort, now)
  local before, zones, numbers = read_contact(c, lead)
  local s = read_state(record.state)
  local zone, digits = nth(zones, s.phone), nth(numbers, s.phone)
  take_from_place(c, lead, record, zone)
  count_phase(c, record.phase, zone, -1)
  local head, external, _, tail = split_contact(raw)
  local key, field = lead_slot(c, "contact", lead)
  call("HSET", key, field, join_contact(head, external, keep_what_was(c, lead, s, before), tail))
  local new_numbers = numbers_of(raw)
  let_numbers_go(c, lead, numbers, new_numbers)
  take_numbers(c, lead, new_numbers)
  renumber(s, numbers, new_numbers)
  local _, new_zones = read_contact(c, lead)
  zone = nth(new_zones, s.phone)
  local is_freed = nth(new_numbers, s.phone) ~= digits and (record.reason == "per_day" or record.reason == "number_busy")
  local phase = record.phase
  if phase == "r" or phase == "w" and is_freed then
    phase = put_ready(c, lead, state_text(s), sort, zone, now)
  elseif phase == "w" then
    phase = put_waiting(c, lead, record.due, record.reason, state_text(s), sort)
  else
    write_record(c, lead, phase, 0, record.reason, state_text(s), sort)
  end
  count_phase(c, phase, zone, 1)
end

-- The contact of a lead that is being called stays until that has ended.
local function wish_contact(c, lead, raw, sort)
  local key, field = lead_slot(c, "wished", lead)
  local _, _, numbers = read_contact(c, lead)
  local before = wished_contact(c, lead)
  if before then let_numbers_go(c, lead, numbers_of(before), numbers .. "," .. numbers_of(raw)) end
  take_numbers(c, lead, numbers_of(raw))
  if plain_contact((read_contact(c, lead))) == raw then
    call("HDEL", key, field)
  else
    call("HSET", key, field, string.char(#sort) .. sort .. raw)
  end
end

local function withdrawal_of(c, lead)
  local raw = call("HGET", lead_slot(c, "withdrawn", lead))
  return raw and cjson.decode(raw)
end

-- An open lead that nobody is calling is done: it is called no more.
local function close_withdrawn(c, lead, record, w, now)
  local _, external = split_contact((read_contact(c, lead)))
  close_open(c, lead, record, "withdrawn", now, { note = w.note, by = w.by, external_id = external })
end

-- A call has ended, or was never made, and its lead stands where it belongs: now what was wished meanwhile is done. What
-- a call that was taken came to stands, when that was the end of it.
local function grant_wishes(c, lead, now)
  local raw, sort = wished_contact(c, lead)
  if raw then
    local key, field = lead_slot(c, "wished", lead)
    call("HDEL", key, field)
    replace_contact(c, lead, read_record(c, lead), raw, sort, now)
  end
  local w = withdrawal_of(c, lead)
  if not w then return end
  local record = read_record(c, lead)
  if record.phase ~= "o" then close_withdrawn(c, lead, record, w, now) end
end
