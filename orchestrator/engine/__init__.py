"""The rules: pure functions of their arguments. No I/O, no clock, no chance of their own."""
