-- Says that a worker lives for the next `ttl_ms` of real time.
-- request: worker ttl_ms info    reply: 1
local req = cjson.decode(ARGV[1])
call("SET", P .. "worker:" .. req.worker, "1", "PX", req.ttl_ms)
call("HSET", WORKERS, req.worker, req.info)
return 1
