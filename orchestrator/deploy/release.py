"""One release: every file that a switch reads through ROOT/current, made anew from settings and what we carry.

The same settings and the same version of prozvon make the same bytes, and so the same id. The interpreter's package is
named by its own digest: mod_python3 imports a package once in the life of a switch, so another version needs another
name; calls under way go on in the old one.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from orchestrator import __version__
from orchestrator.asset_folders import folder
from orchestrator.render import SwitchSite, render_release

FORMAT: Final = 1
MANIFEST: Final = "release.json"
INBOUND: Final = "inbound.json"  # which number leads to which program; read with every call that comes in
FILE_MODE: Final = 0o644  # the switch runs as another user; no secret is in a release
RELEASE_ID: Final = re.compile(r"[0-9a-f]{12}\Z")
PACKAGE: Final = "callflow"
ENTRY_FOLDERS: Final = ("agents", "ivr", "robocall", "switch")
IMPORT: Final = re.compile(rb"^(?P<indent> *)from callflow\.", re.M)


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """`files`: path below the release -> bytes, without release.json. `callflow`: the interpreter's package there.
    `prozvon`: the version that made it.
    """

    release_id: str
    callflow: str
    cdr: str
    files: Mapping[str, bytes]
    prozvon: str = __version__

    @property
    def hashes(self) -> dict[str, str]:
        """Path -> SHA-256 of everything that stands in the folder."""
        return {path: _sha256(data) for path, data in self.everything().items()}

    def manifest(self) -> bytes:
        """release.json: what the release is, for people, for the scripts and for the next deploy."""
        return _dumped(
            {
                "format": FORMAT,
                "release": self.release_id,
                "prozvon": self.prozvon,
                "callflow": self.callflow,
                "cdr": self.cdr,
                "files": {path: _sha256(data) for path, data in self.files.items()},
            }
        )

    def everything(self) -> dict[str, bytes]:
        """`files` and release.json: what stands in the folder."""
        return {**self.files, MANIFEST: self.manifest()}


def build_release(site: SwitchSite, scripts: Path | None = None, *, inbound: bytes | None = None) -> Release:
    """The release of a switch. `scripts`: the folder with callflow/ and the entry scripts (default: ours). `inbound`:
    inbound.json, None when nothing takes calls.

    ValueError: a value of the site holds what no XML can.
    """
    callflow, found = _scripts(scripts or folder("scripts"))
    files = {**render_release(site), **{f"scripts/{path}": data for path, data in found.items()}}
    if inbound is not None:
        files[INBOUND] = inbound
    files = dict(sorted(files.items()))
    return Release(release_id=release_id_of(files), callflow=callflow, cdr=site.cdr, files=files)


def release_id_of(files: Mapping[str, bytes]) -> str:
    """What files make which release: all but release.json."""
    lines = [[path, FILE_MODE, _sha256(data)] for path, data in sorted(files.items())]
    return hashlib.sha256(_dumped(lines)).hexdigest()[:12]


def _scripts(scripts: Path) -> tuple[str, dict[str, bytes]]:
    """The package's name, and path below scripts/ -> bytes of it and of the entry scripts."""
    sources = sorted((scripts / PACKAGE).rglob("*.py"))
    package = {str(path.relative_to(scripts / PACKAGE)): path.read_bytes() for path in sources}
    digest = hashlib.sha256(_dumped({path: data.decode() for path, data in package.items()}))
    name = f"{PACKAGE}_{digest.hexdigest()[:12]}"
    files = {f"{name}/{path}": data for path, data in package.items()}
    for entry in sorted(path for kind in ENTRY_FOLDERS for path in (scripts / kind).glob("*.py")):
        files[entry.name] = IMPORT.sub(rb"\g<indent>from " + name.encode() + b".", entry.read_bytes())
    return name, files


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _dumped(value: object) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode()
