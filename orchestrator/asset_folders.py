"""Where the files are that prozvon carries besides its code: templates, switch scripts, shipped scenarios."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

Name = Literal["conf", "scripts", "scenarios"]

_IN_CHECKOUT: Final[dict[Name, str]] = {
    "conf": "freeswitch/conf",
    "scripts": "scripts",
    "scenarios": "scenarios",
}


def folder(name: Name) -> Path:
    """The checkout's own folder when run from a checkout, else the copy in the installed package.

    FileNotFoundError when there is neither: the installation is incomplete.
    """
    return folder_of(Path(__file__).resolve().parent, name)


def folder_of(package: Path, name: Name) -> Path:
    """`folder`, for the package `orchestrator` that stands at `package`."""
    checkout = package.parent
    # A folder `scripts` may well stand beside any installed package; our setup.cfg does not.
    if (checkout / "setup.cfg").is_file() and (checkout / _IN_CHECKOUT[name]).is_dir():
        return checkout / _IN_CHECKOUT[name]
    installed = package / "assets" / name
    if not installed.is_dir():
        raise FileNotFoundError(f"prozvon is not installed completely: no folder {installed}")
    return installed
