-- uses: _lead
-- Adds contacts to a campaign that is being loaded. A contact with a number that is in it already is merged into that
-- lead. A row that another campaign of the scenario has (same numbers and columns) is skipped, unless `again`.
-- request: campaign seq again newest token    further arguments, three a contact: contact, SORT, fingerprint (8 bytes)
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
local scenario, seq = meta[3], meta[2]
local names = {} -- seq -> campaign id, false when it is gone

local function seen_slot(print)
  local a, b = string.byte(print, 1, 2)
  return P .. "seen:" .. scenario .. ":" .. (a * 64 + math.floor(b / 4)), string.sub(print, 2)
end

local function campaign_of(other)
  if names[other] == nil then names[other] = call("ZRANGEBYSCORE", CAMPAIGNS, other, other)[1] or false end
  return names[other]
end

local function merged_into(numbers)
  for digits in string.gmatch(numbers, "[^,]+") do
    local key, field = number_slot("campaign:" .. c .. ":index", digits)
    local lead = call("HGET", key, field)
    if lead then return lead end
  end
end

local next_lead = tonumber(call("HGET", campaign_key(c, "counts"), "leads") or 0)
local contacts, ready = {}, {} -- written in bulk: bucket -> arguments, zone -> arguments
local out = {}

local function add(contact, sort)
  next_lead = next_lead + 1
  local lead = next_lead
  local zones, numbers = string.match(contact, "^[^\t]*\t([^\t]*)\t([^\t]*)\t")
  for digits in string.gmatch(numbers, "[^,]+") do
    local key, field = number_slot("campaign:" .. c .. ":index", digits)
    call("HSET", key, field, lead)
  end
  local key, field = lead_slot(c, "contact", lead)
  local bucket = contacts[key]
  if not bucket then bucket = {} contacts[key] = bucket end
  bucket[#bucket + 1], bucket[#bucket + 2] = field, contact
  if req.newest then -- ids count downwards, after all other keys of the order
    sort = string.sub(sort, 1, -2) .. struct.pack(">I4", 4294967295 - lead) .. string.sub(sort, -1)
  end
  local zone = nth(zones, 0)
  local set = ready[zone]
  if not set then set = {} ready[zone] = set end
  set[#set + 1], set[#set + 2] = 0, member_of(sort, 0, lead)
  count_phase(c, "r", zone, 1)
  return "+" .. lead
end

local function place(contact, sort, print)
  local _, numbers = string.match(contact, "^[^\t]*\t([^\t]*)\t([^\t]*)\t")
  local into = merged_into(numbers)
  local key, field = seen_slot(print)
  if into then
    call("HSETNX", key, field, seq)
    return "=" .. into
  end
  local other = call("HGET", key, field)
  local name = other and other ~= seq and campaign_of(other)
  if name and not req.again then return "!" .. name end
  if not name then call("HSET", key, field, seq) end
  return add(contact, sort)
end

for i = 2, #ARGV, 3 do out[#out + 1] = place(ARGV[i], ARGV[i + 1], ARGV[i + 2]) end
for key, list in pairs(contacts) do call("HSET", key, unpack(list)) end
for zone, list in pairs(ready) do call("ZADD", ready_key(c, zone), unpack(list)) end
local total = next_lead - tonumber(call("HGET", campaign_key(c, "counts"), "leads") or 0)
count(c, "leads", total)
count(c, "status new", total)
write_counts()
local reply = table.concat(out, "\n")
call("HSET", loaded, "token", req.token, "reply", reply)
return reply
