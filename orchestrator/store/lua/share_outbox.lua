-- uses: _outbox
-- A deliverer says that it lives (or, without `ttl_ms`, that it goes), and gives back what nobody works on: chains
-- taken by deliverers whose heartbeat has run out, and those it took itself without having got the reply.
-- request: by ttl_ms? running{token: true}    reply: how many chains were given back
local req = cjson.decode(ARGV[1])
local function heart(by) return P .. "outbox:deliverer:" .. by end

if req.ttl_ms then call("SET", heart(req.by), "", "PX", req.ttl_ms)
else call("DEL", heart(req.by)) end

local back, lives = 0, {}
local all = call("HGETALL", TAKEN)
for i = 1, #all, 2 do
  local taken = cjson.decode(all[i + 1])
  if lives[taken.by] == nil then lives[taken.by] = call("EXISTS", heart(taken.by)) == 1 end
  if not lives[taken.by] or (taken.by == req.by and not req.running[taken.token]) then
    give_back(all[i])
    back = back + 1
  end
end
return back
