"""Synthetic greetings: humans and machines that answer a telephone, with what is true of each; by seed."""
