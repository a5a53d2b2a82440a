-- uses: _queue
-- A caller leaves the line: reached (a person has taken the call), or not.
-- request: call now reached    reply: 1, or 0 when it stood in none
local req = cjson.decode(ARGV[1])
local w = read_waiting(req.call)
if not w then return 0 end
take_out(req.call, w, req.now, req.reached)
return 1
