-- uses: _token
-- Takes a token away.
-- request: name    reply: 1, or 0 when there is none of this name
local req = cjson.decode(ARGV[1])
local digest = digest_of(req.name)
if not digest then return 0 end
call("HDEL", TOKENS, digest)
call("HDEL", TOKENS_USED, digest)
call("DEL", P .. "token:" .. digest)
return 1
