-- History by quarters of an hour. Day and quarter are counted from 1970 (UTC): a day has 96 quarters.
-- history:DAY:SCOPE is a hash "QUARTER NAME" -> "FIGURE SUM FIGURE SUM ..."
local function read_sums(text)
  local sums = {}
  for figure, sum in string.gmatch(text or "", "(%S+) (%-?%d+)") do sums[figure] = tonumber(sum) end
  return sums
end

local function add_sums(scope, name, quarter, added)
  local day = string.format("%d", math.floor(quarter / 96))
  local key, field = P .. "history:" .. day .. ":" .. scope, string.format("%d %s", quarter, name)
  local sums = read_sums(call("HGET", key, field))
  for figure, by in pairs(added) do sums[figure] = (sums[figure] or 0) + by end
  local out = {}
  for figure, sum in pairs(sums) do
    if sum ~= 0 then out[#out + 1] = figure .. " " .. string.format("%.0f", sum) end
  end
  if #out == 0 then return end
  table.sort(out)
  call("HSET", key, field, table.concat(out, " "))
  call("ZADD", P .. "history_days", day, day)
end
