-- uses: _lead
-- Adds contacts to a campaign that is being loaded. A contact with a number that is in it already is merged into that
-- lead. A row that another campaign of the scenario has (same numbers and columns) is skipped, unless `again`.
-- request: campaign seq again newest token    further argument, one text: per contact its fingerprint (8 bytes), the
--   last byte of SORT (1), length of the sort bytes (1), length of the contact (4, high byte first), the sort bytes
--   with no attempts made, contact
-- reply: one line a contact: "+LEAD" added, "=LEAD" merged, "!CAMPAIGN" already there
-- Asked again with the token of the last batch (the reply was lost), it returns what it said the first time.
local req = cjson.decode(ARGV[1])
local c = req.campaign
local meta = call("HMGET", campaign_key(c), "state", "seq", "scenario")
if not meta[1] then return redis.error_reply("NOCAMPAIGN " .. c) end
if meta[2] ~= req.seq then return redis.error_reply("STALE " .. c) end
local loaded = campaign_key(c, "loaded")
local last = call("HMGET", loaded, "token", "reply")
if last[1] == req.token then return last[2] end
if meta[1] ~= "loading" then return redis.error_reply("NOTLOADING " .. meta[1]) end
local seq, seen, index = meta[2], P .. "seen:" .. meta[3] .. ":", campaign_key(c, "index:")
local names = {} -- seq -> campaign id, false when it is gone

local function campaign_of(other)
  if names[other] == nil then names[other] = call("ZRANGEBYSCORE", CAMPAIGNS, other, other)[1] or false end
  return names[other]
end

-- The other campaign that has this row, if one has; else the row is ours from now on.
local function seen_in(print)
  local a, b = string.byte(print, 1, 2)
  local key, field = seen .. (a * 64 + math.floor(b / 4)), string.sub(print, 2)
  if call("HSETNX", key, field, seq) == 1 then return nil end
  local other = call("HGET", key, field)
  local name = other ~= seq and campaign_of(other)
  if not name then call("HSET", key, field, seq) end
  return name or nil
end

local function lead_of(digits)
  return call("HGET", index .. string.sub(digits, -4), string.sub(digits, 1, -5))
end

-- Enters the numbers under `lead`; when one is there already, none of them, and returns whose it is.
local function enter(numbers, lead)
  local entered = {}
  for digits in string.gmatch(numbers, "%d+") do
    local key, field = index .. string.sub(digits, -4), string.sub(digits, 1, -5)
    if call("HSETNX", key, field, lead) == 0 then
      local other = call("HGET", key, field)
      for _, mine in ipairs(entered) do call("HDEL", mine[1], mine[2]) end
      return other
    end
    entered[#entered + 1] = { key, field }
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

local function place(print, sort, last, contact)
  local zones, numbers = string.match(contact, "^[^\t]*\t([^\t]*)\t([^\t]*)\t")
  local other = seen_in(print)
  if other and not req.again then
    for digits in string.gmatch(numbers, "%d+") do
      local into = lead_of(digits)
      if into then return "=" .. into end
    end
    return "!" .. other
  end
  local into = enter(numbers, leads + 1)
  if into then return "=" .. into end
  leads = leads + 1
  add(contact, sort, last, zones, leads)
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
call("HSET", loaded, "token", req.token, "reply", reply)
return reply
