-- uses: _token
-- Keeps a token, by its digest.
-- request: digest token{name ...}    reply: 1, or 0 when another has the name
local req = cjson.decode(ARGV[1])
local other = digest_of(req.token.name)
if other and other ~= req.digest then return 0 end
call("HSET", TOKENS, req.digest, cjson.encode(req.token))
return 1
