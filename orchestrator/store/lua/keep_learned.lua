-- Keeps what a pacer has learned, for the next campaign of the same kind.
-- request: name    further argument: the text    reply: 1
local req = cjson.decode(ARGV[1])
call("HSET", P .. "learned", req.name, ARGV[2])
return 1
