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
  local ended = 0
  for sign, purpose, given in string.gmatch(raw, CONSENT_LINE) do
    if sign == "+" and covers(scope, purpose) and tonumber(given) <= at then
      local is_gone = false
      for other, their, when in string.gmatch(raw, CONSENT_LINE) do
        if other == "-" and covers(their, purpose) and tonumber(when) >= tonumber(given) and tonumber(when) < at then
          is_gone = true
        end
      end
      if not is_gone then ended = ended + 1 end
    end
  end
  return ended
end

-- Without the oldest withdrawal after which the same was said again: what holds is the same without it.
local function without_said_again(raw)
  local latest = {}
  for sign, scope, at in string.gmatch(raw, CONSENT_LINE) do
    if sign == "-" then latest[scope] = math.max(latest[scope] or 0, tonumber(at)) end
  end
  local is_out = false
  return (string.gsub(raw, CONSENT_LINE, function(sign, scope, at)
    if is_out or sign == "+" or tonumber(at) == latest[scope] then return nil end
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
