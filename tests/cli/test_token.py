"""`prozvon token`: made once, shown once, listed, taken away."""

from __future__ import annotations

import time
from hashlib import sha256
from pathlib import Path

import pytest

from orchestrator.runtime.project import Project
from orchestrator.store.tokens import SCOPES, Standing
from tests.cli.commands import prozvon

NOW = time.time_ns() // 1_000_000
HOUR = 3_600_000


def standing(project: Project, secret: str, at: int = NOW) -> Standing:
    digest = sha256(secret.encode()).hexdigest()
    return project.store.tokens.admit(digest, now=at, rate=1e6, burst=1000).standing


def test_a_token_is_printed_once_and_kept_as_a_digest_only(folder: Path, project: Project) -> None:
    said = prozvon(folder, "token", "create", "crm", "--scope", "leads:write")
    secret = said.out.strip()
    assert secret.startswith("pzt_")
    assert said.err == "keep it now: it is not shown again\n"
    assert standing(project, secret) is Standing.GOOD
    assert secret not in prozvon(folder, "token", "list").out


@pytest.mark.parametrize(("expires", "ms"), [("12h", 12 * HOUR), ("90d", 90 * 24 * HOUR)])
def test_a_token_lives_as_long_as_is_said(folder: Path, project: Project, expires: str, ms: int) -> None:
    said = prozvon(folder, "token", "create", "crm", "--scope", "leads:write", "--expires", expires)
    secret = said.out.strip()
    assert standing(project, secret, NOW + ms - HOUR) is Standing.GOOD
    assert standing(project, secret, NOW + ms + HOUR) is Standing.EXPIRED


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (("leads:read", "dnc:write"), {"leads:read", "dnc:write"}),
        (("leads:*",), {"leads:read", "leads:write"}),
        (("*:read",), {scope for scope in SCOPES if scope.endswith(":read")}),
        (("*:*",), set(SCOPES)),
    ],
)
def test_a_star_stands_for_all_subjects_or_both_rights(
    folder: Path, project: Project, said: tuple[str, ...], meant: set[str]
) -> None:
    prozvon(folder, "token", "create", "t", *(word for scope in said for word in ("--scope", scope)))
    assert set(project.store.tokens.listed()[0].scopes) == meant


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["no name", "--scope", "leads:read"], "'no name' is no name"),
        (["crm", "--scope", "leads:fly"], "no scope 'leads:fly'"),
        (["crm", "--scope", "leads"], "no scope 'leads'"),
        (["crm", "--scope", "leads:read", "--expires", "soon"], "'soon' is no time to live"),
        (["crm", "--scope", "leads:read", "--expires", "0d"], "'0d' is no time to live"),
    ],
)
def test_what_cannot_be_a_token_is_said(folder: Path, arguments: list[str], what: str) -> None:
    assert what in prozvon(folder, "token", "create", *arguments).refusal


def test_a_name_is_given_once(folder: Path) -> None:
    prozvon(folder, "token", "create", "crm", "--scope", "leads:read")
    said = prozvon(folder, "token", "create", "crm", "--scope", "leads:read")
    assert "there is a token 'crm' already" in said.refusal


def test_the_list_says_until_when_and_when_used(folder: Path, project: Project) -> None:
    assert "no tokens yet" in prozvon(folder, "token", "list").err
    project.store.tokens.create("old", "digest", ["leads:read"], expires_at=NOW - 1, now=NOW - 5)
    secret = prozvon(folder, "token", "create", "crm", "--scope", "dnc:read").out.strip()
    standing(project, secret)
    crm, old = prozvon(folder, "token", "list").out.splitlines()[1:3]
    assert crm.count("never") == 1
    assert "dnc:read" in crm
    assert "expired" in old


def test_a_revoked_token_is_no_good(folder: Path, project: Project) -> None:
    secret = prozvon(folder, "token", "create", "crm", "--scope", "dnc:read").out.strip()
    said = prozvon(folder, "token", "revoke", "crm", "nobody")
    assert "1 revoked" in said.err
    assert "there is no token 'nobody'" in said.refusal
    assert standing(project, secret) is Standing.UNKNOWN
