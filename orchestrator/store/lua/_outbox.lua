-- Deliveries made of the outbox. They stand in chains, one for each lane (place) and contact; only a chain's head is
-- delivered, so that order is kept. A chain is either taken by one deliverer, or stands in its lane's due set.
-- A record is JSON: lane chain due tries tried_at why is_batch, and what only Python reads.
local RECORDS, TAKEN, PARKED = P .. "outbox:deliveries", P .. "outbox:taken", P .. "outbox:parked"
local LANES, FIGURES, READ = P .. "outbox:lanes", P .. "outbox:figures", P .. "outbox:read"

local function due_key(lane) return P .. "outbox:due:" .. lane end
local function chain_key(lane, chain) return P .. "outbox:chain:" .. lane .. ":" .. chain end
local function place_of(lane, chain) return lane .. " " .. chain end

local function read_delivery(id)
  local raw = call("HGET", RECORDS, id)
  return raw and cjson.decode(raw)
end

local function write_delivery(id, d) call("HSET", RECORDS, id, cjson.encode(d)) end

local function taken_by(lane, chain)
  local raw = call("HGET", TAKEN, place_of(lane, chain))
  return raw and cjson.decode(raw)
end

-- Where a chain belongs now that it has changed.
local function line_up(lane, chain)
  local head = call("LINDEX", chain_key(lane, chain), 0)
  if not head or taken_by(lane, chain) then
    call("ZREM", due_key(lane), chain)
    return
  end
  call("SADD", LANES, lane)
  call("ZADD", due_key(lane), read_delivery(head).due, chain)
end

-- Give a taken chain back as it was.
local function give_back(place)
  call("HDEL", TAKEN, place)
  local lane, chain = string.match(place, "^(%S+) (%S+)$")
  line_up(lane, chain)
end

local function count_figure(lane, what, by) call("HINCRBY", FIGURES, lane .. " " .. what, by) end
