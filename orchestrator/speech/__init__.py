"""Texts become sound before a call: engines, the form of the sound, where it is kept, how a far switch gets it."""
