-- Attempts of a campaign by the clock hour (UTC), while a claim says how many there may be:
-- campaign:CAMPAIGN:hour is a hash of hour (counted from 1970), claimed, and spread: how many of the leads that were left
-- at the hour's first claim are its share.
-- quota: attempts? share? until (see HourQuota)
local HOUR_MS = 3600000

local function hour_key(c) return campaign_key(c, "hour") end

local function leads_until(c, at)
  local left = tonumber(call("HGET", campaign_key(c, "counts"), "ready") or 0)
  for _, reason in ipairs(ALL_WAITS) do left = left + call("ZCOUNT", waiting_key(c, reason), "-inf", at) end
  return left
end

-- How many attempts may still begin in this hour, and what is known of it; math.huge without a quota.
local function quota_left(c, quota, now)
  if not quota then return math.huge, nil end
  local found = call("HMGET", hour_key(c), "hour", "claimed", "spread")
  local h = { hour = math.floor(now / HOUR_MS), claimed = tonumber(found[2] or 0), spread = tonumber(found[3] or nil) }
  if tonumber(found[1] or -1) ~= h.hour then h.claimed, h.spread = 0, nil end
  if quota.share and not h.spread then
    h.spread = h.claimed + math.ceil(leads_until(c, quota.until_ms) * quota.share)
  end
  local most = math.min(quota.attempts or math.huge, quota.share and h.spread or math.huge)
  return math.max(0, most - h.claimed), h
end

local function write_quota(c, h, claimed)
  if not h or claimed == 0 then return end
  call("HSET", hour_key(c), "hour", h.hour, "claimed", h.claimed + claimed)
  if h.spread then call("HSET", hour_key(c), "spread", h.spread) else call("HDEL", hour_key(c), "spread") end
end

local function give_quota_back(c, claimed_at)
  local found = call("HMGET", hour_key(c), "hour", "claimed")
  if found[1] and tonumber(found[1]) == math.floor(claimed_at / HOUR_MS) and tonumber(found[2]) > 0 then
    call("HINCRBY", hour_key(c), "claimed", -1)
  end
end

local function next_hour(now) return (math.floor(now / HOUR_MS) + 1) * HOUR_MS end
