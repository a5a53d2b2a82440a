-- Gateway budgets: calls per second as a GCRA (tat = theoretical arrival time of the next call, ms), calls at once
-- as a count of live attempts. A burst is at most max(1, cps / 4) calls. A gateway, or its switch, may rest (see _rest).
local function read_gateways(list, now, trial_ms, heard_ms)
  if #list == 0 then return end
  local fields = {}
  for _, g in ipairs(list) do
    g.key = g.switch .. "/" .. g.gateway
    local at = #fields
    fields[at + 1], fields[at + 2] = g.key .. " live", g.key .. " tat"
    fields[at + 3], fields[at + 4] = g.key .. " rest", g.switch .. " rest"
  end
  local kept = call("HMGET", GATEWAYS, unpack(fields))
  local hosts = {} -- one rest for all gateways of a switch
  for i, g in ipairs(list) do
    local at = 4 * (i - 1)
    g.gap = 1000 / g.cps
    g.slack = (math.max(1, math.floor(g.cps / 4)) - 1) * g.gap
    g.live = tonumber(kept[at + 1] or 0)
    g.tat = math.max(now, tonumber(kept[at + 2] or 0))
    -- never further ahead than a full burst: a clock that was set back, or a slower cps of before, must not block it
    if g.tat > now + g.slack + g.gap + SKEW_MS then g.tat = now end
    g.taken = 0
    g.rest = look_at_rest(g.key, kept[at + 3], now, trial_ms, false)
    if kept[at + 4] and hosts[g.switch] == nil then
      hosts[g.switch] = look_at_rest(g.switch, kept[at + 4], now, heard_ms, true) or false
    end
    g.host = hosts[g.switch]
  end
end

local function has_channel(g) return g.live < g.channels end
local function has_token(g, now) return g.tat <= now + g.slack + 0.001 end

-- When it opens again, and the reason; nil while neither the gateway nor its switch rests.
local function rests_until(g)
  local own, host = g.rest and g.rest.opens_at, g.host and g.host.opens_at
  if own and (not host or own >= host) then return own, "gateway_rest" end
  if host then return host, "switch_refuses" end
end

local function takes_calls(g, now) return has_channel(g) and has_token(g, now) and not rests_until(g) end

-- Why no gateway takes a call now, and when one may (ms): a channel is freed by an ending, so look again in a second.
local function gateway_wait(list, now)
  if #list == 0 then return "switch_down", nil end
  local token_at, is_full, rest_at, rest_reason
  for _, g in ipairs(list) do
    local at, reason = rests_until(g)
    if at then
      if not rest_at or at < rest_at then rest_at, rest_reason = at, reason end
    elseif has_channel(g) then
      local free_at = math.max(math.ceil(g.tat - g.slack), now + 1)
      if not token_at or free_at < token_at then token_at = free_at end
    else
      is_full = true
    end
  end
  if token_at then return "gateway_cps", token_at end
  if is_full then return "gateway_channels", now + 1000 end
  return rest_reason, rest_at
end

-- "next" while a gateway takes calls.
local function gateway_reason(list, now)
  for _, g in ipairs(list) do
    if takes_calls(g, now) then return "next", now end
  end
  return gateway_wait(list, now)
end
