"""State in Redis. One Lua file is one atomic decision; each has a typed Python door."""
