-- uses: _lead, _standing
-- Somebody talks with a caller: callbacks to the number that it makes superfluous are dropped at once, not only when
-- the call has ended and is recorded.
-- request: caller (digits) at (when the call began) now    reply: how many were dropped
local req = cjson.decode(ARGV[1])
local dropped = person_reached(req.caller, "called_again", req.at, req.now)
write_counts()
return dropped
