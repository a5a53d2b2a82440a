"""prozvon: scenario-as-code for calling on FreeSWITCH. See ARCHITECTURE.md for the map."""

__version__ = "0.1.0"
