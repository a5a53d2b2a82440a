-- One step of a round of an intake, whole or (when another round has begun) not at all. Repeated, it changes nothing.
-- request: name token step set{field: text} add{count: by} files{file: json} gone[] errors[json] keep (errors)
--   withdrawn[external id] back[external id] now remember (how many of the withdrawn) ends
-- reply: 1, or 0 when another round has begun
local req = cjson.decode(ARGV[1])
local key = P .. "intake:" .. req.name
local found = call("HMGET", key, "token", "step")
if tonumber(found[1] or 0) ~= req.token then return 0 end
if tonumber(found[2] or 0) >= req.step then return 1 end
call("HSET", key, "step", req.step)
for field, text in pairs(req.set) do call("HSET", key, field, text) end
for what, by in pairs(req.add) do call("HINCRBY", key, "n " .. what, by) end
for file, json in pairs(req.files) do call("HSET", key .. ":files", file, json) end
for _, file in ipairs(req.gone) do call("HDEL", key .. ":files", file) end
if #req.errors > 0 then
  for _, json in ipairs(req.errors) do call("LPUSH", key .. ":errors", json) end
  call("LTRIM", key .. ":errors", 0, req.keep - 1)
end
for _, id in ipairs(req.withdrawn) do call("ZADD", key .. ":withdrawn", req.now, id) end
for _, id in ipairs(req.back) do call("ZREM", key .. ":withdrawn", id) end
if #req.withdrawn > 0 then call("ZREMRANGEBYRANK", key .. ":withdrawn", 0, -req.remember - 1) end
if req.ends then call("DEL", key .. ":lease") end
return 1
