-- uses: _outbox
-- Entries of the outbox older than `before` (epoch ms of Redis's own clock, of which their ids are made) that have
-- become deliveries are removed, some thousands at a time.
-- request: before    reply: how many were removed
local req = cjson.decode(ARGV[1])
local mark = call("GET", READ) or "0-0"
local read_ms = tonumber(string.match(mark, "^(%d+)"))
local upto = req.before <= read_ms and string.format("%.0f", req.before) or mark
return call("XTRIM", OUTBOX, "MINID", "~", upto, "LIMIT", 10000)
