-- uses: _floor
-- Puts a command before the leader, who must take it within `for_ms` of real time.
-- request: id for_ms    further argument: the command    reply: 1, also when it was sent before
local req = cjson.decode(ARGV[1])
local key = command_key(req.id)
if call("EXISTS", key) == 1 or call("EXISTS", command_key(req.id, "reply")) == 1 then return 1 end
call("ZADD", COMMANDS, call("INCR", P .. "last_command"), req.id)
call("HSET", key, "body", ARGV[2])
call("PEXPIRE", key, req.for_ms)
return 1
