-- uses: _token
-- Whose turn it is to do what is asked under an Idempotency-Key. The key holds the request's digest and either the
-- try that is at it (`run`), or the reply that was given.
-- request: name token request run ms    reply: turn, reply; "stranger" when there is no such token, which leaves nothing
local req = cjson.decode(ARGV[1])
if call("HEXISTS", TOKENS, req.token) == 0 then return { "stranger", "" } end
local key = P .. "reply:" .. req.name
local text = call("GET", key)
if not text then
  call("SET", key, req.request .. " run " .. req.run, "PX", req.ms)
  return { "do", "" }
end
local request, state, rest = string.match(text, "^(%S+) (%S+) (.*)$")
if request ~= req.request then return { "refuse", "" } end
if state == "done" then return { "say", rest } end
if rest == req.run then return { "do", "" } end -- our own question, whose answer was lost
return { "wait", "" }
