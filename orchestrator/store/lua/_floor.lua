-- Who leads the floor: in the hash `floor`, `worker` and `token` (fencing: it grows with each new leader), and `step`, the
-- last write of that leader. `floor:lease` is there while the lease runs, in real time. A token is in force until another
-- one is given out, though the lease may have run out: nobody else writes meanwhile.
local FLOOR, LEASE, AGENTS, PARTS = P .. "floor", P .. "floor:lease", P .. "floor:agents", P .. "floor:parts"
local COMMANDS = P .. "commands"

local function is_leading(token) return tonumber(call("HGET", FLOOR, "token") or 0) == token end

local function not_leading(token) return redis.error_reply("NOTLEADING " .. token) end

local function command_key(id, part)
  if part then return P .. "command:" .. id .. ":" .. part end
  return P .. "command:" .. id
end

-- A command is over; whoever sent it reads the reply for a minute.
local function answer_command(id, reply)
  call("ZREM", COMMANDS, id)
  call("DEL", command_key(id))
  call("SET", command_key(id, "reply"), reply, "EX", 60)
end
