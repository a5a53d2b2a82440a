-- The line of callers who wait for people. One caller stands in one line at most.
local QUEUED = P .. "queued"

local function queue_key(queue) return P .. "queue:" .. queue end
local function pace_key(queue) return P .. "queue:" .. queue .. ":pace" end

-- What `queued` holds of a call: queue, switch, joined_at, place at first; nil when it waits nowhere.
local function read_waiting(id)
  local raw = call("HGET", QUEUED, id)
  if not raw then return nil end
  local queue, switch, at, place = string.match(raw, "^(%S+) (%S+) (%d+) (%d+)$")
  return { queue = queue, switch = switch, joined_at = tonumber(at), place = tonumber(place) }
end

-- Take a call out of its line. `reached`: a person has taken it, and how long that took is remembered.
local function take_out(id, w, now, reached)
  call("ZREM", queue_key(w.queue), id)
  call("HDEL", QUEUED, id)
  if reached then
    local pace = pace_key(w.queue)
    call("LPUSH", pace, string.format("%.0f %.0f", now, math.max(0, now - w.joined_at) / w.place))
    call("LTRIM", pace, 0, 19)
    call("EXPIRE", pace, 86400)
  end
end

-- Place in the line (from 1), and how fast it moves: texts "at ms", the newest first.
local function standing(id, queue)
  local rank = call("ZRANK", queue_key(queue), id)
  return { (rank or -1) + 1, call("LRANGE", pace_key(queue), 0, -1) }
end
