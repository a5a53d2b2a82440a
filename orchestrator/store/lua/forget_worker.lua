-- A worker says good-bye: others may take over at once what it leaves behind.
-- request: worker    reply: 1
local req = cjson.decode(ARGV[1])
call("DEL", P .. "worker:" .. req.worker, P .. "meters:" .. req.worker)
call("HDEL", WORKERS, req.worker)
return 1
