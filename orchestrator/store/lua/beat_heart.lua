-- Says that a worker lives for the next `ttl_ms` of real time, and adds to the meters what its sums have grown by.
-- request: worker ttl_ms info holder (its process) sums{meter: sum since the process began} keep_ms    reply: 1
local req = cjson.decode(ARGV[1])
call("SET", P .. "worker:" .. req.worker, "1", "PX", req.ttl_ms)
call("HSET", WORKERS, req.worker, req.info)
if next(req.sums) == nil then return 1 end
local key, known = P .. "meters:" .. req.worker, {}
local said = cjson.decode(call("GET", key) or "{}")
if said.holder == req.holder then known = said.sums end
for meter, sum in pairs(req.sums) do
  local more = sum - (known[meter] or 0)
  if more ~= 0 then call("HINCRBY", P .. "meters", meter, string.format("%.0f", more)) end
end
call("SET", key, cjson.encode({ holder = req.holder, sums = req.sums }), "PX", req.keep_ms)
return 1
