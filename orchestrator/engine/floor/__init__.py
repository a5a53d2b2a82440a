"""The floor: agents, queues, callers and predictive campaigns. News in, orders out; pure (docs/queues.md)."""
