"""Pacing of predictive campaigns: how many customers to ring for the agents there are. Pure (docs/pacing.md)."""
