-- uses: _rest
-- A person lets a gateway rest: no new calls for `for_ms`, then one call tries it. Calls under way go on.
-- request: name now for_ms    reply: 1
local req = cjson.decode(ARGV[1])
local raw = call("HGET", GATEWAYS, req.name .. " rest")
local r = raw and read_rest(raw) or { fails = 0, failed_at = 0, failures = "" }
r.began, r.until_at, r.length, r.trial, r.trial_at = req.now, req.now + req.for_ms, req.for_ms, "-", 0
write_rest(req.name, r)
return 1
