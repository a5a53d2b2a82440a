-- uses: _floor
-- Whoever sent a command waits no longer: one that nobody has taken will not be carried out.
-- request: id    reply: the reply that there is, "late" when it was taken, "" when it was not
local req = cjson.decode(ARGV[1])
local reply = call("GET", command_key(req.id, "reply"))
if reply then return reply end
if call("HEXISTS", command_key(req.id), "taken") == 1 then return "late" end
call("ZREM", COMMANDS, req.id)
call("DEL", command_key(req.id))
return ""
