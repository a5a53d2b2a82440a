-- uses: _lead, _desk
-- Adds contacts to a campaign that is being loaded, or that runs and takes more. A contact with a number that is in it
-- already is merged into that lead; in an open campaign leads that are done let go of their numbers. A row that another
-- campaign of the scenario has (same numbers and columns), or a running one itself, is skipped, unless `again`. A row with
-- the external id of a lead of a running campaign is that lead: it is to be changed, while it is open.
-- request: campaign seq again newest token    further argument, one text: per contact its fingerprint (8 bytes), the
--   last byte of SORT (1), length of the sort bytes (1), length of the contact (4, high byte first), the sort bytes
--   with no attempts made, contact
-- reply: one line a contact: "+LEAD" added, "=LEAD" merged, "!CAMPAIGN" already there, "~LEAD" already here, "*LEAD" to be
--   changed (nothing was done)
-- Asked again with the token of one of the last batches (the reply was lost), it returns what it said the first time.
local KEPT_REPLIES, KEPT_S = 8, 3600
local req = cjson.decode(ARGV[1])
local c = req.campaign
local meta = call("HMGET", campaign_key(c), "state", "seq", "scenario", "open", "standing")
if not meta[1] then return redis.error_reply("NOCAMPAIGN " .. c) end
if meta[2] ~= req.seq then return redis.error_reply("STALE " .. c) end
local loaded = campaign_key(c, "loaded")
local last = call("HMGET", loaded, "reply " .. req.token, "tokens")
if last[1] then return last[1] end
local is_loading, is_open = meta[1] == "loading", meta[4] == "1"
if not (is_loading or meta[1] == "running" or meta[1] == "paused") then return redis.error_reply("NOTLOADING " .. meta[1]) end
if meta[4] == "0" then return redis.error_reply("NOTLOADING closed") end
if meta[5] and meta[5] ~= "" then return redis.error_reply("NOTLOADING for callbacks") end
local seq, seen, index = meta[2], P .. "seen:" .. meta[3] .. ":", campaign_key(c, "index:")
local names = {} -- seq -> campaign id, false when it is gone

local function campaign_of(other)
  if names[other] == nil then names[other] = call("ZRANGEBYSCORE", CAMPAIGNS, other, other)[1] or false end
  return names[other]
end

local function seen_slot(print)
  local a, b = string.byte(print, 1, 2)
  return seen .. (a * 64 + math.floor(b / 4)), string.sub(print, 2)
end

-- The other campaign that has this row, if one has; else the row is ours from now on, or was before (then true).
local function seen_in(print)
  local key, field = seen_slot(print)
  if call("HSETNX", key, field, seq) == 1 then return nil, false end
  local other = call("HGET", key, field)
  if other == seq then return nil, true end
  local name = campaign_of(other)
  if not name then call("HSET", key, field, seq) end
  return name or nil, false
end

-- The row was merged: it may come again when the lead that it was merged into is done.
local function forget_seen(print)
  local key, field = seen_slot(print)
  if call("HGET", key, field) == seq then call("HDEL", key, field) end
end

local function lead_of(digits)
  return call("HGET", index .. string.sub(digits, -4), string.sub(digits, 1, -5))
end

local added = {} -- lead -> contact, of this batch: they are written at the end

local function is_done(lead)
  local record = not added[lead] and read_record(c, lead)
  return record and record.phase == "o"
end

local function has_now(lead)
  return added[lead] or wished_contact(c, lead) or plain_contact(call("HGET", lead_slot(c, "contact", lead)))
end

-- Enters the numbers under `lead`; when one is with another lead that keeps it, none of them, and returns whose it is.
local function enter(numbers, lead)
  local entered = {}
  for digits in string.gmatch(numbers, "%d+") do
    local key, field = index .. string.sub(digits, -4), string.sub(digits, 1, -5)
    local before = false
    if call("HSETNX", key, field, lead) == 0 then
      before = call("HGET", key, field)
      if not (is_open and is_done(tonumber(before))) then
        for _, mine in ipairs(entered) do
          if mine[3] then call("HSET", mine[1], mine[2], mine[3]) else call("HDEL", mine[1], mine[2]) end
        end
        return before
      end
      call("HSET", key, field, lead)
    end
    entered[#entered + 1] = { key, field, before }
  end
end

local before = tonumber(call("HGET", campaign_key(c, "counts"), "leads") or 0)
local leads = before
local buckets, bucket, bucket_end = {}, nil, 0 -- written in bulk: {key, arguments}; the last one is being filled
local ready = {} -- zone -> arguments

local function add(contact, sort, last, zones, lead)
  if not bucket or lead >= bucket_end then
    bucket, bucket_end = {}, (math.floor(lead / 100) + 1) * 100
    buckets[#buckets + 1] = { (lead_slot(c, "contact", lead)), bucket }
  end
  local size = #bucket
  bucket[size + 1], bucket[size + 2] = lead % 100, contact
  local id = struct.pack(">I4", lead)
  if req.newest then -- ids count downwards, after all other keys of the order
    id = struct.pack(">I4", 4294967295 - lead) .. id
  end
  local zone = string.match(zones, "^%d+")
  local set = ready[zone]
  if not set then set = {} ready[zone] = set end
  size = #set
  set[size + 1], set[size + 2] = "0", sort .. id .. last
end

-- A row whose external id is here: what it is for the lead that has it; nil when it makes a new one.
local function known(mine, print, contact)
  if is_loading then return "=" .. mine end
  local is_same = has_now(mine) == contact
  if not is_done(mine) then return (is_same and "~" or "*") .. mine end
  if is_same and not req.again then return "~" .. mine end
  if not is_open then return "=" .. mine end
  seen_in(print)
end

-- A row that was seen before: what it is now; nil when it makes a new lead.
local function seen_before(print, numbers)
  local other, is_own = seen_in(print)
  if req.again or not other and (is_loading or not is_own) then return nil end
  for digits in string.gmatch(numbers, "%d+") do
    local into = lead_of(digits)
    if into then return (other and "=" or "~") .. into end
  end
  return other and "!" .. other
end

local function place(print, sort, last, contact)
  local zones, numbers, external = string.match(contact, "^[^\t]*\t([^\t]*)\t([^\t]*)\t%d+ ?([^\t]*)\t")
  local mine = external ~= "" and lead_of_external(c, external)
  local said
  if mine then said = known(mine, print, contact) else said = seen_before(print, numbers) end
  if said then return said end
  local into = enter(numbers, leads + 1)
  if into then
    if is_open then forget_seen(print) end
    return "=" .. into
  end
  leads = leads + 1
  add(contact, sort, last, zones, leads)
  added[leads] = contact
  if external ~= "" then
    local key, field = external_slot(c, external)
    call("HSET", key, field, leads)
  end
  return "+" .. leads
end

local out, rows, at = {}, ARGV[2], 1
while at <= #rows do
  local print = string.sub(rows, at, at + 7)
  local last, sort_size, contact_size = struct.unpack(">c1I1I4", rows, at + 8)
  local sort_at = at + 14
  at = sort_at + sort_size + contact_size
  local sort = string.sub(rows, sort_at, sort_at + sort_size - 1)
  out[#out + 1] = place(print, sort, last, string.sub(rows, sort_at + sort_size, at - 1))
end
for _, full in ipairs(buckets) do call("HSET", full[1], unpack(full[2])) end
for zone, list in pairs(ready) do
  call("ZADD", ready_key(c, zone), unpack(list))
  count_phase(c, "r", zone, #list / 2)
end
count(c, "leads", leads - before)
count(c, "status new", leads - before)
write_counts()
local reply = table.concat(out, "\n")
local tokens = { req.token }
for token in string.gmatch(last[2] or "", "%S+") do
  if #tokens < KEPT_REPLIES then tokens[#tokens + 1] = token else call("HDEL", loaded, "reply " .. token) end
end
call("HSET", loaded, "tokens", table.concat(tokens, " "), "reply " .. req.token, reply)
if not is_loading then call("EXPIRE", loaded, KEPT_S) end
return reply
