-- uses: _floor, _quarter
-- One step of the floor, whole or (when another token is in force) not at all. Repeated, it changes nothing.
-- request: token step agents{id: record} gone_agents[] parts{name: text} gone_parts[] counts[[scope name quarter
--   {figure: by}]] screens[[agent event]] replies[[command reply]] kept kept_s (events of a screen, and how long)
-- reply: 1
local req = cjson.decode(ARGV[1])
if not is_leading(req.token) then return not_leading(req.token) end
if tonumber(call("HGET", FLOOR, "step") or 0) >= req.step then return 1 end
call("HSET", FLOOR, "step", req.step)
for id, record in pairs(req.agents) do call("HSET", AGENTS, id, record) end
for _, id in ipairs(req.gone_agents) do call("HDEL", AGENTS, id) end
for name, text in pairs(req.parts) do call("HSET", PARTS, name, text) end
for _, name in ipairs(req.gone_parts) do call("HDEL", PARTS, name) end
for _, each in ipairs(req.counts) do add_sums(each[1], each[2], each[3], each[4]) end
for _, each in ipairs(req.screens) do
  local key = P .. "screen:" .. each[1]
  call("XADD", key, "MAXLEN", req.kept, "*", "e", each[2])
  call("EXPIRE", key, req.kept_s)
end
for _, each in ipairs(req.replies) do answer_command(each[1], each[2]) end
return 1
