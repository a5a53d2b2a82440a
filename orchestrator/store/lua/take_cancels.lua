-- uses: _attempt
-- A worker takes the calls that it need not ring on. Those that have ended are forgotten.
-- request: worker    reply: attempt ids
local req = cjson.decode(ARGV[1])
local key, out = P .. "cancels", {}
for _, id in ipairs(call("HKEYS", key)) do
  local raw = call("HGET", LIVE, id)
  if not raw then
    call("HDEL", key, id)
  elseif read_attempt(raw).worker == req.worker then
    call("HDEL", key, id)
    out[#out + 1] = id
  end
end
return out
