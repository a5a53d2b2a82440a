-- uses: _rest
-- A person has a gateway, or a switch, used again at once: what it failed is forgotten.
-- request: name    reply: 1, or 0 when there was nothing to forget
local req = cjson.decode(ARGV[1])
return forget_rest(req.name)
