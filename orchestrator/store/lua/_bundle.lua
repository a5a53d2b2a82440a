-- Compiled scenarios are kept by digest, while a campaign or a scenario that takes calls needs them.
local SERVED = P .. "served"

local function is_bundle_used(digest)
  for _, c in ipairs(call("ZRANGE", CAMPAIGNS, 0, -1)) do
    local found = call("HMGET", campaign_key(c), "program", "before")
    if found[1] == digest or found[2] == digest then return true end
  end
  for _, digests in ipairs(call("HVALS", SERVED)) do
    if string.find(" " .. digests .. " ", " " .. digest .. " ", 1, true) then return true end
  end
  return false
end

local function keep_bundle(digest, bundle) call("SETNX", P .. "bundle:" .. digest, bundle) end -- its content never changes

local function forget_bundle(digest)
  if not is_bundle_used(digest) then call("DEL", P .. "bundle:" .. digest) end
end
