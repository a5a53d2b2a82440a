-- The workers whose heartbeat has not run out; forgets the others.
-- reply: worker, info, worker, info, ...
local out = {}
local all = call("HGETALL", WORKERS)
for i = 1, #all, 2 do
  if call("EXISTS", P .. "worker:" .. all[i]) == 1 then
    out[#out + 1], out[#out + 2] = all[i], all[i + 1]
  else
    call("HDEL", WORKERS, all[i])
  end
end
return out
