-- uses: _outbox
-- Entries of the outbox become deliveries, each entry once: whoever moves the mark on adds them.
-- request: after (the mark as the caller read it) upto add[{id lane chain record}]   reply: 1, or 0: others were there
local req = cjson.decode(ARGV[1])
if (call("GET", READ) or "0-0") ~= req.after then return 0 end
for _, d in ipairs(req.add) do
  call("HSET", RECORDS, d.id, d.record)
  if call("RPUSH", chain_key(d.lane, d.chain), d.id) == 1 then line_up(d.lane, d.chain) end
end
call("SET", READ, req.upto)
return 1
