-- Names of the keys; orchestrator/store/keys.py lists them all with type and life.
-- KEYS[1] is the project's prefix "{prozvon:PROJECT}:": every key begins with it, so all are in one cluster slot.
local P = KEYS[1]
local call = redis.call
local LIVE, LOCKS, GATEWAYS, OUTBOX = P .. "live", P .. "locks", P .. "gateways", P .. "outbox"
local WORKERS, CAMPAIGNS, DELETING = P .. "workers", P .. "campaigns", P .. "deleting"

local function campaign_key(c, part)
  if part then return P .. "campaign:" .. c .. ":" .. part end
  return P .. "campaign:" .. c
end

-- Leads are kept by the hundred and numbers by their last four digits, so that the hashes stay listpacks.
local function lead_slot(c, part, lead)
  return P .. "campaign:" .. c .. ":" .. part .. ":" .. math.floor(lead / 100), lead % 100
end

local function number_slot(part, digits)
  return P .. part .. ":" .. string.sub(digits, -4), string.sub(digits, 1, -5)
end
