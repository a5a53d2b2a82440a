"""YAML to a checked model to a compiled program."""
