-- What a number has had, over all campaigns: "EVER DAY:CALLS DAY:CALLS", the day counted last comes first. Three days
-- are kept: no two zones of the world are further apart. Numbers are digits without the plus.
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
  local today, others = math.max(0, by), {}
  for d, calls in string.gmatch(raw, " (%d+):(%d+)") do
    if d == day then today = tonumber(calls) + by else others[#others + 1] = " " .. d .. ":" .. calls end
  end
  local text = tostring(ever)
  if today > 0 then text = text .. " " .. day .. ":" .. today end
  for i = 1, math.min(KEPT_DAYS - 1, #others) do text = text .. others[i] end
  if text == "0" then call("HDEL", key, field) else call("HSET", key, field, text) end
end

local function is_on_dnc(digits)
  local key, field = number_slot("dnc", digits)
  return call("HEXISTS", key, field) == 1
end
