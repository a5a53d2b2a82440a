-- What agents say of calls. Of an attempt in campaign:CAMPAIGN:outcomes, of a call that came in in outcome:DAY (the day on
-- which it was said): "IDS \t FATE \t KEY \t JSON": ids of what was said, the latest one first (blanks between), KEY as one word,
-- "-" for none.
-- ended:ATTEMPT says where an attempt is that an agent may still speak of, or whose lead one is reserved for: "CAMPAIGN
-- LEAD ENTRY" (of its log).
-- past:LAST4 has the latest calls of a number that somebody answered, or that came in: JSON, the newest first.
local ENDED_S = 172800
local KEPT_PAST = 5

local KEPT_IDS = 20

local function read_outcome(raw)
  local ids, fate, key, body = string.match(raw, "^([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
  return { ids = ids, id = string.match(ids, "^%S+"), fate = fate, key = key, body = body }
end

local function outcome_text(o) return o.ids .. "\t" .. o.fate .. "\t" .. o.key .. "\t" .. o.body end

-- Whether this was said before, though something else may have been said since.
local function was_said(before, id)
  return before and string.find(" " .. before.ids .. " ", " " .. id .. " ", 1, true) ~= nil
end

local function ids_with(id, before)
  local ids = { id }
  for each in string.gmatch(before and before.ids or "", "%S+") do
    if #ids < KEPT_IDS then ids[#ids + 1] = each end
  end
  return table.concat(ids, " ")
end

-- One outcome of a campaign's attempt goes, another one comes.
local function count_outcome(c, before, after)
  if before and before.fate ~= "pending" and before.key ~= "-" then count(c, "outcome " .. before.key, -1) end
  if after.key ~= "-" then count(c, "outcome " .. after.key, 1) end
end

local function list_numbers(numbers, value)
  for _, digits in ipairs(numbers) do
    local key, field = number_slot("dnc", digits)
    call("HSETNX", key, field, value)
  end
end

local function note_past(digits, entry)
  local key, field = number_slot("past", digits)
  local raw = call("HGET", key, field)
  local kept = { entry }
  for _, old in ipairs(raw and cjson.decode(raw) or {}) do
    if old.id == entry.id then
      for name, value in pairs(old) do if entry[name] == nil then entry[name] = value end end
    elseif #kept < KEPT_PAST then
      kept[#kept + 1] = old
    end
  end
  table.sort(kept, function(a, b) return a.at > b.at end)
  call("HSET", key, field, cjson.encode(kept))
end
