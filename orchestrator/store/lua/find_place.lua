-- uses: _queue
-- Where a caller stands in the line.
-- request: call    reply: {place from 1 (0: in none), paces ("at ms")}
local req = cjson.decode(ARGV[1])
local w = read_waiting(req.call)
if not w then return { 0, {} } end
return standing(req.call, w.queue)
