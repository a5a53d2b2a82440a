-- uses: _floor
-- The leader takes the commands behind `after`. Those that an earlier leader had taken are answered: nobody knows how far
-- they were carried out, and they are not carried out twice. Those whose time was over are gone.
-- request: token after lost (that answer)    reply: [seq, id, command] ...
local req = cjson.decode(ARGV[1])
if not is_leading(req.token) then return not_leading(req.token) end
local out = {}
local list = call("ZRANGE", COMMANDS, 0, -1, "WITHSCORES")
for i = 1, #list, 2 do
  local id, seq = list[i], tonumber(list[i + 1])
  local found = call("HMGET", command_key(id), "body", "taken")
  if not found[1] then
    call("ZREM", COMMANDS, id)
  elseif found[2] and tonumber(found[2]) ~= req.token then
    answer_command(id, req.lost)
  elseif seq > req.after then
    call("HSET", command_key(id), "taken", req.token)
    call("EXPIRE", command_key(id), 60)
    out[#out + 1] = { seq, id, found[1] }
  end
end
return out
