-- uses: _outbox
-- What became of the deliveries that were taken. Whoever has lost them meanwhile (it was silent for too long, or this
-- is said a second time) changes nothing.
-- request: lane chain token ids[] outcome (done, later, wait, park) now due? why?   reply: 1 or 0
--   wait: its time has not come; that is no try
local req = cjson.decode(ARGV[1])
local lane, chain = req.lane, req.chain
local taken = taken_by(lane, chain)
if not taken or taken.token ~= req.token then return 0 end
call("HDEL", TAKEN, place_of(lane, chain))

local function failed(id, d)
  d.tries, d.tried_at, d.why = d.tries + 1, req.now, req.why
  if req.due then d.due = req.due end
  write_delivery(id, d)
end

for i, id in ipairs(req.ids) do
  local d = read_delivery(id)
  if not d then -- dropped meanwhile
  elseif req.outcome == "done" then
    call("LREM", chain_key(lane, chain), 1, id)
    call("HDEL", RECORDS, id)
    count_figure(lane, "delivered", 1)
  elseif req.outcome == "park" then
    call("LREM", chain_key(lane, chain), 1, id)
    call("ZADD", PARKED, req.now, id)
    failed(id, d)
  elseif i == 1 and req.outcome == "wait" then
    d.due, d.why = req.due, req.why
    write_delivery(id, d)
  elseif i == 1 then -- of a batch, the head speaks for all
    failed(id, d)
  end
end
if req.outcome == "done" then call("HSET", FIGURES, lane .. " delivered_at", req.now)
elseif req.outcome ~= "wait" then count_figure(lane, "failed", 1) end
line_up(lane, chain)
return 1
