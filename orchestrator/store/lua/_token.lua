-- Tokens of the API.
local TOKENS, TOKENS_USED = P .. "tokens", P .. "tokens:used"

local function digest_of(name)
  local all = call("HGETALL", TOKENS)
  for i = 1, #all, 2 do
    if cjson.decode(all[i + 1]).name == name then return all[i] end
  end
end
