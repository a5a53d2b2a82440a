"""Text files that a scenario names: read with the scenario, from the folder of the file that names them."""

from __future__ import annotations

import os
from pathlib import Path

from orchestrator.scenario.findings import Findings
from orchestrator.scenario.source import Text


def beside(name: Text, folder: Path, most: int, findings: Findings) -> str | None:
    """The text of the file; None with a problem when it is outside of `folder`, not there, no UTF-8 text, or has more
    than `most` bytes.
    """
    path = path_of(name)
    if not path.resolve().is_relative_to(folder):
        findings.add("S018", name, f"`{name}` is outside of {folder.name}/")
        return None
    if not path.is_file():
        findings.add("S023", name, f"there is no file {path}")
        return None
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        findings.add("S023", name, f"{path} cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        findings.add("S023", name, f"{path} is not UTF-8 text")
    else:
        if len(data) <= most:
            return text
        findings.add("S023", name, f"{path} has more than {most} bytes")
    return None


def path_of(name: Text) -> Path:
    """Where a file lies that is named in another one."""
    return Path(os.path.normpath(Path(name.mark.file).parent / name))
