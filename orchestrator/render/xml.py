"""Fills in an XML template: everything escaped, nothing undefined, well-formed, and always the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from xml.parsers import expat

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from orchestrator.asset_folders import folder


def render_xml(template: str, /, **values: object) -> bytes:
    """The template of freeswitch/conf (`dialplan/prozvon.xml.j2`) with `values`, as UTF-8.

    jinja2.TemplateNotFound: no such template. jinja2.UndefinedError: a value it needs is not given. ValueError:
    a value holds what no XML can (control characters), or the template is not well-formed.
    """
    return render_from(folder("conf"), template, values)


def render_from(conf: Path, template: str, values: Mapping[str, object]) -> bytes:
    """`render_xml`, from the templates in the folder `conf`."""
    made = _environment(conf).get_template(template).render(values).encode()
    _require_well_formed(template, made)
    return made


@lru_cache(maxsize=4)
def _environment(conf: Path) -> Environment:
    return Environment(
        loader=FileSystemLoader(conf),
        undefined=StrictUndefined,
        autoescape=True,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _require_well_formed(template: str, made: bytes) -> None:
    """A switch that reloads broken XML keeps the old one in silence, or, at its start, does not start."""
    try:
        expat.ParserCreate().Parse(made, True)
    except expat.ExpatError as error:
        raise ValueError(f"{template} does not make well-formed XML: {error}") from None
