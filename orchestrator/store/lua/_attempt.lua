-- A live attempt, in the hash `live`: CAMPAIGN LEAD DIGITS ZONE DAY GATEWAY SWITCH SWITCH_UUID WORKER CLAIMED_AT STATE
-- BASIS (tabs between; STATE is the lead's before the attempt; BASIS, where there is one, the consent that allowed it, as
-- "PURPOSE AT HOW"). It is removed exactly once: by finish or by release.
local function attempt_text(a)
  return table.concat({ a.campaign, a.lead, a.number, a.zone, a.day, a.gateway, a.switch, a.switch_uuid,
    a.worker, a.claimed_at, a.state, a.basis }, "\t")
end

local function read_attempt(raw)
  local campaign, lead, number, zone, day, gateway, switch, switch_uuid, worker, claimed_at, state, basis = string.match(
    raw, "^([^\t]*)\t(%d+)\t(%d+)\t(%d+)\t(%d+)\t([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)\t(%d+)\t([^\t]*)\t?([^\t]*)$")
  return {
    campaign = campaign, lead = tonumber(lead), number = number, zone = zone, day = day, gateway = gateway,
    switch = switch, switch_uuid = switch_uuid, worker = worker, claimed_at = tonumber(claimed_at), state = state,
    basis = basis ~= "" and basis or nil,
  }
end

-- What the caller gets of one attempt; Python reads it in records.py.
local function deliver(id, raw, contact) return id .. "\t" .. raw .. "\n" .. contact end

-- Give back what the attempt held: its number's lock and its gateway's channel.
local function let_go(id, a)
  if call("HGET", LOCKS, a.number) == id then call("HDEL", LOCKS, a.number) end
  local field = a.switch .. "/" .. a.gateway .. " live"
  if call("HINCRBY", GATEWAYS, field, -1) <= 0 then call("HDEL", GATEWAYS, field) end
end
