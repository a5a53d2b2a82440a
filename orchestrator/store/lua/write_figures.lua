-- uses: _floor
-- Live figures: what has changed since version `base`, or all of them; fresh for so much real time.
-- request: token base at changed{key: JSON} gone[] whole fresh_ms
-- reply: the version now, or 0 when `base` is not the one that is there: then all are wanted
local req = cjson.decode(ARGV[1])
if not is_leading(req.token) then return not_leading(req.token) end
local key = P .. "figures"
local version = tonumber(call("HGET", key, "version") or 0)
if req.whole then
  call("DEL", key)
elseif version ~= req.base then
  return 0
end
for field, text in pairs(req.changed) do call("HSET", key, field, text) end
for _, field in ipairs(req.gone) do call("HDEL", key, field) end
call("HSET", key, "version", version + 1, "at", req.at)
call("SET", P .. "figures:fresh", 1, "PX", req.fresh_ms)
return version + 1
