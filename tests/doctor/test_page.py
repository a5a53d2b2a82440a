"""docs/doctor.md says of every finding what it means and what to do."""

from __future__ import annotations

from pathlib import Path

from orchestrator.doctor.catalogue import CATALOGUE, CHECKS
from orchestrator.doctor.page import doctor_page

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_page_is_what_make_docs_writes() -> None:
    assert (DOCS / "doctor.md").read_text(encoding="utf-8") == doctor_page()


def test_every_finding_and_check_is_on_it() -> None:
    page = doctor_page()
    for code, entry in CATALOGUE.items():
        assert page.count(f"| `{code}` | {entry.level} |") == 1
    for check in CHECKS:
        assert f"\n## {check}\n" in page
    assert "{" not in page.replace("${", "")
    assert "`ulimit -n NEEDED`" in page
    assert '&lt;load module="MODULE"/>' in page
