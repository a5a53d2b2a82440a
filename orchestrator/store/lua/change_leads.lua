-- uses: _lead, _desk
-- Gives open leads other contacts, each if it still has the one that the wish was made from. One that is being called has
-- it from the end of the call on.
-- request: campaign seq leads[] now    further arguments, five for each: the contact it was made from; sort bytes of a lead
--   with that contact that was never called; sort bytes with the new one; the new contact; its fingerprint
-- reply: for each "changed", "same", "done", "moved" (it has another contact), "gone" or "taken LEAD" (that has one of the
--   new numbers). Sent again, it finds the leads as they are to be.
local req = cjson.decode(ARGV[1])
local c, now = req.campaign, req.now
local meta = call("HMGET", campaign_key(c), "seq", "open", "scenario")
if not meta[1] then return redis.error_reply("NOCAMPAIGN " .. c) end
if meta[1] ~= req.seq then return redis.error_reply("STALE " .. c) end
local is_open = meta[2] == "1"

-- Another lead that has one of these numbers. In an open campaign one that is done lets go of them.
local function taken_by(lead, numbers)
  for digits in string.gmatch(numbers, "%d+") do
    local other = lead_of_digits(c, digits)
    if other and other ~= lead then
      local record = read_record(c, other)
      if not (is_open and record and record.phase == "o") then return other end
    end
  end
end

local function change(lead, base, fresh_sort, sort, raw, print)
  local found = call("HGET", lead_slot(c, "contact", lead))
  if not found then return "gone" end
  local record = read_record(c, lead) or { phase = "r", due = 0, reason = "next", state = FRESH, sort = fresh_sort }
  if record.phase == "o" then return "done" end
  local now_is = wished_contact(c, lead) or plain_contact(found)
  if now_is == raw then return "same" end
  if now_is ~= base then return "moved" end
  local other = taken_by(lead, numbers_of(raw))
  if other then return "taken " .. other end
  if record.phase == "d" then wish_contact(c, lead, raw, sort) else replace_contact(c, lead, record, raw, sort, now) end
  local a, b = string.byte(print, 1, 2)
  call("HSET", P .. "seen:" .. meta[3] .. ":" .. (a * 64 + math.floor(b / 4)), string.sub(print, 2), req.seq)
  return "changed"
end

local given, said = {}, {}
for i = 1, 5 * #req.leads do given[i] = ARGV[i + 1] end
for i, lead in ipairs(req.leads) do said[i] = change(lead, unpack(given, 5 * i - 4, 5 * i)) end
write_counts()
return said
