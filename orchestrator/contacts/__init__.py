"""Lists of contacts: bytes in, rows out. What a list may look like, and why a row is refused: docs/contacts.md."""

from orchestrator.contacts.numbers import known_region, normalize
from orchestrator.contacts.problems import ListError
from orchestrator.contacts.reader import read_contacts
from orchestrator.contacts.refused_file import RefusedFile
from orchestrator.contacts.row import Accepted, Code, Fault, Refused
from orchestrator.contacts.tally import Tally
from orchestrator.contacts.zones import zone_key

__all__ = [
    "Accepted",
    "Code",
    "Fault",
    "ListError",
    "Refused",
    "RefusedFile",
    "Tally",
    "known_region",
    "normalize",
    "read_contacts",
    "zone_key",
]
