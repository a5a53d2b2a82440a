"""A simulated FreeSWITCH 1.10.12 that speaks the real event socket and runs the real scripts. docs/simulator.md."""
