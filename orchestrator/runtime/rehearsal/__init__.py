"""Scenarios played without a switch: their tests, and a telephone in the terminal."""
