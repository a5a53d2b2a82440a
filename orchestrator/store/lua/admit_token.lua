-- uses: _token
-- Whether whoever shows a token may go on; counts the request by GCRA: the key holds when the token will have used up
-- all it took, at one request each `interval` ms; so far ahead of now as `burst` intervals it may be.
-- request: digest now interval burst    reply: standing, name, scopes, ms to wait
local req = cjson.decode(ARGV[1])
local now = req.now
local text = call("HGET", TOKENS, req.digest)
if not text then return { "unknown", "", "", 0 } end
local token = cjson.decode(text)
if token.expires_at and token.expires_at <= now then return { "expired", token.name, "", 0 } end
local key = P .. "token:" .. req.digest
local ahead = math.max(tonumber(call("GET", key) or 0) - now, 0) + req.interval
local wait = ahead - req.interval * req.burst
if wait > 0 then return { "too_fast", token.name, "", math.ceil(wait) } end
call("SET", key, string.format("%.3f", now + ahead), "PX", math.ceil(ahead))
local minute = now - now % 60000
if tonumber(call("HGET", TOKENS_USED, req.digest) or 0) < minute then
  call("HSET", TOKENS_USED, req.digest, string.format("%d", minute))
end
return { "good", token.name, token.scopes, 0 }
