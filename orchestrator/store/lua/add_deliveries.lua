-- uses: _outbox
-- Deliveries that are made once more; one whose id waits already is left as it is.
-- request: add[{id lane chain record}]   reply: how many were added
local req = cjson.decode(ARGV[1])
local added = 0
for _, d in ipairs(req.add) do
  if call("HSETNX", RECORDS, d.id, d.record) == 1 then
    added = added + 1
    if call("RPUSH", chain_key(d.lane, d.chain), d.id) == 1 then line_up(d.lane, d.chain) end
  end
end
return added
