-- What a number agreed to. consent:LAST4, the number's other digits -> lines in the order they were told to us:
--   "+PURPOSE \t AT \t HOW \t JSON" given, "-SCOPE \t AT \t HOW \t JSON" withdrawn; SCOPE is a purpose, or * for all of them
-- A consent holds while nothing withdraws it at its own moment or later, in whatever order the two were told.
-- Needs _lead, _number. Python reads the same lines in store/consents.py.
local MOST_LINES = 200
local CONSENT_LINE = "([+-])([^\t\n]+)\t(%d+)\t(%l+)\t([^\n]*)\n"

local function read_consents(digits)
  local key, field = number_slot("consent", digits)
  return call("HGET", key, field) or "", key, field
end

local function covers(scope, purpose) return scope == "*" or scope == purpose end

-- The latest consent to it that holds, as "PURPOSE AT HOW", or nil.
local function basis_of(digits, purpose, now)
  local raw = read_consents(digits)
  local gone, given, by = -1, -1, nil
  for sign, scope, at, how in string.gmatch(raw, CONSENT_LINE) do
    local when = tonumber(at)
    if sign == "-" then
      if covers(scope, purpose) and when > gone then gone = when end
    elseif scope == purpose and when <= now and when > given then
      given, by = when, how
    end
  end
  if given <= gone then return nil end
  return by and purpose .. " " .. string.format("%.0f", given) .. " " .. by
end

-- Whether somebody agreed under the lead's current number, or else the next one of it in turn: that phone and its
-- basis, or nil.
local function agreed_phone(demand, s, numbers, now)
  local given = "," .. s.given .. ","
  local total = select(2, string.gsub(numbers, "[^,]+", ""))
  for step = 0, total - 1 do
    local phone = (s.phone + step) % total
    if step == 0 or not string.find(given, "," .. phone .. ",", 1, true) then
      local basis = basis_of(nth(numbers, phone), demand.purpose, now)
      if basis then return phone, basis end
    end
  end
end

local function count_lines(raw) return select(2, string.gsub(raw, "\n", "")) end

-- Consents that this withdrawal ends, and none before it did.
local function ended_by(raw, scope, at)
  local before = {} -- scope -> its latest withdrawal before this one
  for sign, their, when in string.gmatch(raw, CONSENT_LINE) do
    if sign == "-" and tonumber(when) < at then before[their] = math.max(before[their] or -1, tonumber(when)) end
  end
  local ended = 0
  for sign, purpose, given in string.gmatch(raw, CONSENT_LINE) do
    local g = tonumber(given)
    local is_gone = math.max(before["*"] or -1, before[purpose] or -1) >= g
    if sign == "+" and covers(scope, purpose) and g <= at and not is_gone then ended = ended + 1 end
  end
  return ended
end

-- Without one withdrawal that says nothing new: one before it says the same, and nobody agreed between them. The newest of
-- each scope stays.
local function without_said_again(raw)
  local moments, newest = {}, {} -- scope -> its withdrawals
  for sign, scope, at in string.gmatch(raw, CONSENT_LINE) do
    if sign == "-" then
      moments[scope] = moments[scope] or {}
      table.insert(moments[scope], tonumber(at))
      newest[scope] = math.max(newest[scope] or 0, tonumber(at))
    end
  end
  local function is_said_again(scope, at)
    local earlier = -1
    for _, other in ipairs(moments[scope]) do
      if other < at and other > earlier then earlier = other end
    end
    if earlier < 0 or at == newest[scope] then return false end
    for sign, purpose, given in string.gmatch(raw, CONSENT_LINE) do
      local g = tonumber(given)
      if sign == "+" and covers(scope, purpose) and g > earlier and g <= at then return false end
    end
    return true
  end
  local is_out = false
  return (string.gsub(raw, CONSENT_LINE, function(sign, scope, at)
    if is_out or sign == "+" or not is_said_again(scope, tonumber(at)) then return nil end
    is_out = true
    return ""
  end))
end

-- item: digits scope at how tail(JSON) dnc?(what the do-not-call list says of the number)
-- How many consents it ended, and whether we had not been told of it before.
local function take_back(item)
  local raw, key, field = read_consents(item.digits)
  local head = "-" .. item.scope .. "\t" .. string.format("%.0f", item.at) .. "\t" .. item.how .. "\t"
  local is_new = not string.find("\n" .. raw, "\n" .. head, 1, true)
  if is_new then
    if count_lines(raw) >= MOST_LINES then raw = without_said_again(raw) end
    call("HSET", key, field, raw .. head .. item.tail .. "\n")
  end
  if item.dnc then
    local list, number = number_slot("dnc", item.digits)
    call("HSETNX", list, number, item.dnc)
  end
  return ended_by(raw, item.scope, item.at), is_new
end
