"""Where the sounds of a call are: prompts that were prepared, and what their names are."""

from __future__ import annotations

import os
from dataclasses import dataclass

from .moves import Text
from .names import PROMPTS_URL, prompt_name, voice_tag
from .pieces import pieces
from .switch import Session, variable

FOLDERS = ("prompts", "spoken")  # what is the same in all calls, and what is a contact's own


@dataclass(frozen=True)
class Stock:
    """Where the sounds of a call are. `voice`: the tag of what spoke them, `url`: prefix of those not below `root`;
    "" where there is none.
    """

    root: str
    language: str
    voice: str = ""
    url: str = ""

    def prompt(self, text: str) -> str:
        """The file of a text, "" when it is not on this machine."""
        return self.file(prompt_name(self.language, text, self.voice))

    def file(self, name: str) -> str:
        paths = (os.path.join(self.root, folder, name) for folder in FOLDERS)
        return next((path for path in paths if os.path.isfile(path)), "")

    def prepared(self, part: Text) -> list[str]:
        """The files that say a text: one, or one for each of its pieces; [] when they are not all there."""
        whole = self.prompt(part.text)
        if whole:
            return [whole]
        for said in (part.pieces, pieces(part.text)):
            parts = [self.prompt(piece) for piece in said]
            if parts and all(parts):
                return parts
        return []


def stock_of(session: Session, root: str, language: str, payload: dict[str, object]) -> Stock:
    """Where this call finds what was prepared for it in a language.

    The payload's `v` is the tag of the voice; of a call that speaks several languages it is language -> tag.
    """
    url = variable(session, "prozvon_prompts")
    tags = payload.get("v")
    tag = voice_tag({"v": tags.get(language)} if isinstance(tags, dict) else payload)
    return Stock(root, language, tag, url if PROMPTS_URL.fullmatch(url) else "")
