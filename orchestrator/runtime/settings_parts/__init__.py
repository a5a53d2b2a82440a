"""The parts of prozvon.yaml, and the reading of the file."""
