"""A release as it stands on a switch: read back, judged against what it says of itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from orchestrator.deploy.release import FORMAT, MANIFEST, Release, release_id_of
from orchestrator.deploy.target import Target
from orchestrator.domain.problem import KnownError


def stored_release(target: Target, release_id: str) -> Release:
    """The release, to be brought into force again. KnownError when a file of it is missing or was changed."""
    found = target.read(release_id)
    manifest = read_manifest(found.get(MANIFEST, b""))
    files = without_manifest(found)
    if manifest is None or drift(found) or release_id_of(files) != release_id:
        raise KnownError(
            f"release {release_id} is not whole there any more: bring in a new one with `prozvon deploy`"
        )
    return Release(
        release_id=release_id,
        callflow=str(manifest.get("callflow", "")),
        cdr=str(manifest.get("cdr", "")),
        prozvon=str(manifest.get("prozvon", "")),
        files=files,
    )


def without_manifest(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {path: data for path, data in files.items() if path != MANIFEST}


def drift(found: Mapping[str, bytes]) -> tuple[str, ...]:
    """Files of a release that are not as they were deployed: changed, missing, or added by somebody."""
    manifest = read_manifest(found.get(MANIFEST, b""))
    files = manifest.get("files") if manifest else None
    if not isinstance(files, dict):
        return (MANIFEST,)
    hashes = {path: hashlib.sha256(data).hexdigest() for path, data in found.items() if path != MANIFEST}
    return tuple(sorted(path for path in hashes.keys() | files.keys() if hashes.get(path) != files.get(path)))


def read_manifest(data: bytes) -> Mapping[str, object] | None:
    """release.json; None when it is not one of ours."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found.get("format") == FORMAT else None
