-- What a number has had, over all campaigns: "EVER DAY:COUNT DAY:COUNT". Three days are kept: no two zones of the
-- world are further apart. Numbers are digits without the plus.
local KEPT_DAYS = 3

local function number_had(digits, day)
  local raw = call("HGET", number_slot("number", digits))
  if not raw then return 0, 0 end
  return tonumber(string.match(raw, "^%d+")), tonumber(string.match(raw, " " .. day .. ":(%d+)") or 0)
end

local function number_add(digits, day, by)
  local key, field = number_slot("number", digits)
  local raw = call("HGET", key, field) or "0"
  local ever = math.max(0, tonumber(string.match(raw, "^%d+")) + by)
  local days, is_known = {}, false
  for d, n in string.gmatch(raw, " (%d+):(%d+)") do
    n = tonumber(n)
    if d == day then n, is_known = n + by, true end
    if n > 0 then days[#days + 1] = { tonumber(d), n } end
  end
  if not is_known and by > 0 then days[#days + 1] = { tonumber(day), by } end
  table.sort(days, function(a, b) return a[1] > b[1] end)
  local text = tostring(ever)
  for i = 1, math.min(KEPT_DAYS, #days) do text = text .. " " .. days[i][1] .. ":" .. days[i][2] end
  if text == "0" then call("HDEL", key, field) else call("HSET", key, field, text) end
end

local function is_on_dnc(digits)
  local key, field = number_slot("dnc", digits)
  return call("HEXISTS", key, field) == 1
end
