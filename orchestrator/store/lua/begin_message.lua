-- uses: _number
-- A message is about to be sent: it is in the book from now on, and whether it may be sent is decided here, once more
-- with each try. What was sent, or may not be sent, stays as it is; what a caller's number had is counted once.
-- request: id at now keep_ms keep_s record{field: text} lists[] dnc[]? typed?{day number call per_number per_call}
--   dnc: digits that may not be on the do-not-call list; keep_ms: of the lists, on the caller's clock; keep_s: real time;
--   lists: key names, of all messages and of some
-- reply: state, why
local req = cjson.decode(ARGV[1])
local key = P .. "message:" .. req.id
local state = call("HGET", key, "state")

local function is_listed()
  for _, digits in ipairs(req.dnc or {}) do
    if is_on_dnc(digits) then return true end
  end
end

-- Why a number that a caller typed gets no more; nil when it may, which is counted.
local function over_limit(t)
  if call("HGET", key, "counted") then return nil end
  local had = P .. "sms_had:" .. t.day
  local number, of_call = "n " .. t.number, "c " .. t.call
  if tonumber(call("HGET", had, number) or 0) >= t.per_number then return "per_number" end
  if tonumber(call("HGET", had, of_call) or 0) >= t.per_call then return "per_call" end
  call("HINCRBY", had, number, 1)
  call("HINCRBY", had, of_call, 1)
  call("EXPIRE", had, 3 * 86400)
  call("HSET", key, "counted", 1)
end

if state and state ~= "queued" and state ~= "failed" then return { state, call("HGET", key, "why") or "" } end
local why = req.refused or (is_listed() and "do_not_call") or (req.typed and over_limit(req.typed)) or ""
for field, value in pairs(req.record) do call("HSET", key, field, value) end
state = why == "" and "queued" or "suppressed"
call("HSET", key, "at", req.at, "state", state, "why", why, "state_at", req.now)
call("EXPIRE", key, req.keep_s)
for _, name in ipairs(req.lists) do
  call("ZADD", P .. name, req.at, req.id)
  call("ZREMRANGEBYSCORE", P .. name, "-inf", "(" .. (req.now - req.keep_ms))
  call("EXPIRE", P .. name, req.keep_s)
end
return { state, why }
