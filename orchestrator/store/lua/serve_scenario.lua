-- uses: _bundle
-- A scenario takes calls by this program from now on. The ones before are kept for calls that are recorded late.
-- request: scenario digest keep    further argument: the bundle    reply: 1
local req = cjson.decode(ARGV[1])
local kept, dropped = { req.digest }, {}
for digest in string.gmatch(call("HGET", SERVED, req.scenario) or "", "%S+") do
  if digest ~= req.digest then
    if #kept < req.keep then kept[#kept + 1] = digest else dropped[#dropped + 1] = digest end
  end
end
call("HSET", SERVED, req.scenario, table.concat(kept, " "))
keep_bundle(req.digest, ARGV[2])
for _, digest in ipairs(dropped) do forget_bundle(digest) end
return 1
