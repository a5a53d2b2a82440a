"""Ratios of a contact centre, pure: sums in, ratios last. docs/kpi.md has each with its source and its variants."""
