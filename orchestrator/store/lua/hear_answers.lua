-- uses: _attempt, _rest, _word
-- Live attempts were answered: a gateway that one of them tries need not rest until that conversation is over.
-- request: ids[] now    reply: how many of them are live
local req = cjson.decode(ARGV[1])
local heard = 0
for _, id in ipairs(req.ids) do
  local raw = call("HGET", LIVE, id)
  if raw then
    heard = heard + 1
    hear_works(req.now, id, read_attempt(raw))
  end
end
return heard
