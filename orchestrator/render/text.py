"""Fills in a template of freeswitch/conf that makes no XML: scripts, units, pages."""

from __future__ import annotations

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from orchestrator.asset_folders import folder


def render_text(template: str, /, **values: object) -> bytes:
    """The template with values that mean nothing to a shell or to anything else (`site.require_plain`), as UTF-8.

    jinja2.TemplateNotFound: no such template. jinja2.UndefinedError: a value it needs is not given.
    """
    environment = Environment(
        loader=FileSystemLoader(folder("conf")),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701  # there is nothing to escape, and no way to
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(values).encode()
