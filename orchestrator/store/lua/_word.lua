-- What an attempt says of its trunk and switch, applied to what is known of them (see _rest).
-- works: the moment it is true of. fails: is_refused (by the switch itself) at why after for_ms most_ms
local STALE_MS = 600000 -- what failed longer ago (a CDR read late) says nothing of the trunk as it is
local rests = {} -- name -> what is known, false for nothing: read once, kept up to date

local function rest_of(name)
  if rests[name] == nil then
    local raw = call("HGET", GATEWAYS, name .. " rest")
    rests[name] = raw and read_rest(raw) or false
  end
  return rests[name]
end

-- Whether this attempt may speak of a name that rests: it tried it, so it was claimed after the rest began.
local function has_tried(r, id, a) return id == r.trial or a.claimed_at > r.began end

local function works(name, id, a, at)
  local r = rest_of(name)
  if not r then return end
  -- while it does not rest: what worked before the last failure does not make it undone
  if r.until_at > 0 and has_tried(r, id, a) or r.until_at == 0 and at >= r.failed_at then
    rests[name] = false
    forget_rest(name)
  end
end

local function fails(name, id, a, word, now)
  if now - word.at > STALE_MS then return end
  local r = rest_of(name) or {
    fails = 0, failed_at = 0, began = 0, until_at = 0, length = 0, trial = "-", trial_at = 0, failures = "",
  }
  if r.until_at > 0 and not has_tried(r, id, a) then return end
  r.fails, r.failed_at = r.fails + 1, math.max(r.failed_at, word.at)
  local kept = { string.format("%.0f ", word.at) .. word.why }
  for failure in string.gmatch(r.failures, "[^\t]+") do kept[#kept + 1] = #kept < KEPT_FAILURES and failure or nil end
  r.failures = "\t" .. table.concat(kept, "\t")
  if r.until_at > 0 then
    r.length = math.min(math.max(2 * r.length, word.for_ms), word.most_ms)
  elseif r.fails >= word.after then
    r.length = math.min(word.for_ms, word.most_ms)
  end
  if r.length > 0 then r.began, r.until_at, r.trial = now, now + r.length, "-" end
  rests[name] = r
  write_rest(name, r)
end

local function trunk_of(a) return a.switch .. "/" .. a.gateway end

local function hear_works(at, id, a)
  works(a.switch, id, a, at) -- there was a call, so the switch takes them
  works(trunk_of(a), id, a, at)
end

local function hear_fails(word, id, a, now)
  if word.is_refused then return fails(a.switch, id, a, word, now) end
  works(a.switch, id, a, word.at)
  fails(trunk_of(a), id, a, word, now)
end
