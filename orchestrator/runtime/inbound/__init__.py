"""Calls that come in: what serves them is deployed, their questions are answered, their ends recorded."""
