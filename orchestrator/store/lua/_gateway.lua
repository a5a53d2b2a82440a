-- Gateway budgets: calls per second as a GCRA (tat = theoretical arrival time of the next call, ms), calls at once
-- as a count of live attempts. A burst is at most max(1, cps / 4) calls.
local function read_gateways(list, now)
  if #list == 0 then return end
  local fields = {}
  for _, g in ipairs(list) do
    g.key = g.switch .. "/" .. g.gateway
    fields[#fields + 1] = g.key .. " live"
    fields[#fields + 1] = g.key .. " tat"
  end
  local kept = call("HMGET", GATEWAYS, unpack(fields))
  for i, g in ipairs(list) do
    g.gap = 1000 / g.cps
    g.slack = (math.max(1, math.floor(g.cps / 4)) - 1) * g.gap
    g.live = tonumber(kept[2 * i - 1] or 0)
    -- never further ahead than a full burst: a clock that was set back must not block the gateway
    g.tat = math.max(now, math.min(tonumber(kept[2 * i] or 0), now + g.slack + g.gap))
    g.taken = 0
  end
end

local function has_channel(g) return g.live < g.channels end
local function has_token(g, now) return g.tat <= now + g.slack + 0.001 end

-- Why no gateway takes a call now, and when one may (ms): a channel is freed by an ending, so look again in a second.
local function gateway_wait(list, now)
  if #list == 0 then return "switch_down", nil end
  local at
  for _, g in ipairs(list) do
    if has_channel(g) then
      local token_at = math.ceil(g.tat - g.slack)
      if not at or token_at < at then at = token_at end
    end
  end
  if at then return "gateway_cps", math.max(at, now + 1) end
  return "gateway_channels", now + 1000
end

-- "next" while a gateway takes calls.
local function gateway_reason(list, now)
  for _, g in ipairs(list) do
    if has_channel(g) and has_token(g, now) then return "next", now end
  end
  return gateway_wait(list, now)
end
