"""A contact centre's day in virtual time: who calls, who answers, how long they talk. Pure (docs/pacing.md)."""
