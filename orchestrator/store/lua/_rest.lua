-- The breaker: what is known of a NAME that fails, in field `NAME rest` of the hash `gateways`; none while all is well.
-- NAME is SWITCH/GATEWAY for a trunk, SWITCH for a switch that turns calls down itself.
-- "FAILS FAILED_AT BEGAN UNTIL LENGTH TRIAL TRIAL_AT \t AT WHY \t AT WHY ...", the latest failure first.
-- UNTIL 0: so many calls in a row have failed, and it does not rest yet. Else it rests since BEGAN until UNTIL, LENGTH
-- ms in all; from then on one call may try it (TRIAL, "-" for none). Calls claimed before BEGAN say nothing any more.
local KEPT_FAILURES = 3
local SKEW_MS = 60000 -- clocks of workers differ by less; what lies further ahead was written before the clock was set back

local function read_rest(raw)
  local fails, failed_at, began, until_at, length, trial, trial_at, failures = string.match(raw,
    "^(%d+) (%d+) (%d+) (%d+) (%d+) (%S+) (%d+)(.*)$")
  return {
    fails = tonumber(fails), failed_at = tonumber(failed_at), began = tonumber(began), until_at = tonumber(until_at),
    length = tonumber(length), trial = trial, trial_at = tonumber(trial_at), failures = failures,
  }
end

local function write_rest(name, r)
  call("HSET", GATEWAYS, name .. " rest", string.format("%.0f %.0f %.0f %.0f %.0f %s %.0f%s", r.fails, r.failed_at,
    r.began, r.until_at, r.length, r.trial, r.trial_at, r.failures))
end

local function forget_rest(name) return call("HDEL", GATEWAYS, name .. " rest") end

-- How a claim meets it. Nothing: calls as ever. `opens_at`: none before then. `is_trial`: one call, which tries it.
-- `is_over`: the trial was let through, and it can be forgotten.
-- trial_ms: so long after a trial that has not ended another call may try; or, of a switch, has the trial been let through.
local function look_at_rest(name, raw, now, trial_ms, is_switch)
  local r = raw and read_rest(raw)
  if not r or r.until_at == 0 then return nil end
  r.name = name
  if now < r.until_at and r.began <= now + SKEW_MS then
    r.opens_at = r.until_at
  elseif r.trial == "-" or call("HEXISTS", LIVE, r.trial) == 0 then
    r.is_trial = true
  elseif now < r.trial_at + trial_ms and r.trial_at <= now + SKEW_MS then
    r.opens_at = r.trial_at + trial_ms
  elseif is_switch then
    r.is_over = true
  else
    r.is_trial = true
  end
  return r
end
