"""The flow interpreter: a pure step machine, and the driver that runs it on a FreeSWITCH session.

Runs inside the switch (mod_python3): standard library only, relative imports only (the package is renamed per
release), nothing newer than Python 3.9. That is why the dataclasses here have no slots and names no StrEnum.
"""
