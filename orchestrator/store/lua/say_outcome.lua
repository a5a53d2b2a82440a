-- uses: _lead, _number, _attempt, _outcome
-- An agent says what came of an attempt. While it is on the line that is kept for its end; afterwards it changes the lead,
-- unless the lead was called again meanwhile, or is to be called no more. Said again, it changes nothing.
-- request: id oid key now decided?{expected kind at reason state tries left outbox[{kind body}] dnc[] dnc_note past?}
--   expected: the lead's state that was decided by; tries: after the attempt; left: the lead stays as it is
-- further argument: the outcome (JSON)
-- reply: {"pending"}, {"applied"}, {"kept"}, {"unknown"}, or {"ended", campaign, lead, log entry}: to be decided by these
local req = cjson.decode(ARGV[1])
local now = req.now
local said = { fate = "pending", key = req.key, body = ARGV[2] }

local live = call("HGET", LIVE, req.id)
if live then
  local key = campaign_key(read_attempt(live).campaign, "outcomes")
  local raw = call("HGET", key, req.id)
  local before = raw and read_outcome(raw)
  if not was_said(before, req.oid) then
    said.ids = ids_with(req.oid, before)
    call("HSET", key, req.id, outcome_text(said))
  end
  return { "pending" }
end
local place = call("GET", P .. "ended:" .. req.id)
if not place then return { "unknown" } end
local c, lead, entry = string.match(place, "^(%S+) (%d+) (%S+)$")
lead = tonumber(lead)
local key = campaign_key(c, "outcomes")
local raw = call("HGET", key, req.id)
local before = raw and read_outcome(raw)
if was_said(before, req.oid) then return { before.fate } end
said.ids = ids_with(req.oid, before)
local d, record = req.decided, read_record(c, lead)
if not d or record.state ~= d.expected then return { "ended", c, lead, entry } end

local function move()
  local state, after = read_state(record.state), read_state(d.state)
  local _, zones, numbers = read_contact(c, lead)
  local zone, next_zone = nth(zones, state.phone), nth(zones, after.phone)
  take_from_place(c, lead, record, zone)
  local phase
  if d.kind == "due" and d.at <= now then
    phase = put_ready(c, lead, d.state, record.sort, next_zone, now)
  elseif d.kind == "due" then
    phase = put_waiting(c, lead, d.at, d.reason, d.state, record.sort)
  else
    phase = d.kind == "held" and "h" or "o"
    write_record(c, lead, phase, 0, phase == "h" and "lost" or "done", d.state, record.sort)
  end
  count_phase(c, record.phase, zone, -1)
  count_phase(c, phase, next_zone, 1)
  if state.status ~= after.status then
    count(c, "status " .. state.status, -1)
    count(c, "status " .. after.status, 1)
  end
  if OPEN[phase] and call("HGET", campaign_key(c), "state") == "finished" then
    call("HSET", campaign_key(c), "state", "running", "state_at", now)
  end
end

local is_called_off = d.kind ~= "done" and call("HEXISTS", lead_slot(c, "withdrawn", lead)) == 1
local is_moved_on = record.phase == "d" or is_called_off or tonumber(read_state(record.state).tries) ~= d.tries
said.fate = is_moved_on and "kept" or "applied"
if not is_moved_on and not d.left then move() end
count_outcome(c, before, said)
call("HSET", key, req.id, outcome_text(said))
list_numbers(d.dnc, d.dnc_note)
for _, each in ipairs(d.outbox) do
  if not is_moved_on or each.kind == "outcome" then tell(c, lead, req.id, each.kind, now, each.body) end
end
if d.past then note_past(d.digits, d.past) end
write_counts()
return { said.fate }
