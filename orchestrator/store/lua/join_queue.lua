-- uses: _queue
-- A caller gets into line; one who stands there already keeps the place, one who stands in another line leaves it.
-- With `most`, nobody gets in while so many wait.
-- request: queue call switch now most?    reply: {place from 1 (0: full), paces ("at ms")}
local req = cjson.decode(ARGV[1])
local key = queue_key(req.queue)
local w = read_waiting(req.call)
if w and w.queue ~= req.queue then
  take_out(req.call, w, req.now, false)
  w = nil
end
if not w then
  if req.most and call("ZCARD", key) >= req.most then return { 0, {} } end
  -- the end of the line is behind everybody, whatever the clocks of two workers say
  local last = call("ZREVRANGE", key, 0, 0, "WITHSCORES")
  local score = math.max(req.now, last[2] and tonumber(last[2]) + 1 or 0)
  call("ZADD", key, string.format("%.0f", score), req.call)
  call("HSET", QUEUED, req.call,
    string.format("%s %s %.0f %d", req.queue, req.switch, req.now, call("ZCARD", key)))
end
return standing(req.call, req.queue)
