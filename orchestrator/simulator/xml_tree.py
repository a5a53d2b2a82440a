"""XML as FreeSWITCH reads and writes it (switch_xml.c, an ezxml): its errors, its leniencies, its layout. Pure.

Not simulated: DTDs; a document type is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

ERROR_LENGTH: Final = 127
_BLANK: Final = "\t\r\n "
_ENTITIES: Final = {"lt": "<", "gt": ">", "quot": '"', "apos": "'", "amp": "&"}
_REFERENCE: Final = re.compile(r"&(?:#(x[0-9a-fA-F]+|[0-9]+)|(lt|gt|quot|apos|amp));")
_TEXT_CODES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;"}
_ATTRIBUTE_CODES: Final = _TEXT_CODES | {'"': "&quot;", "\n": "&#xA;", "\t": "&#x9;"}


class XmlError(Exception):
    """What the switch says of a document that it cannot read."""


@dataclass(slots=True, eq=False)
class Node:
    """An element. `offset`: how much of its parent's text stands before it."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    offset: int = 0
    parent: Node | None = None
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def named(self, name: str) -> Iterator[Node]:
        """Its children of this name, in order."""
        return (child for child in self.children if child.name == name)

    def find(self, name: str, attribute: str, value: str) -> Node | None:
        """The first child of this name with this attribute; its value in any case (switch_xml_find_child)."""
        return next(
            (one for one in self.named(name) if one.get(attribute, "\0").lower() == value.lower()), None
        )


def parse_xml(text: str) -> Node:
    """The root element. XmlError in the switch's words."""
    return _Parser(text).parse()


class _Parser:
    """switch_xml_parse_str. The last character counts as the end, as it does there: it may only close a tag."""

    def __init__(self, text: str) -> None:
        self._text, self._last = text[:-1], text[-1:]
        self._root: Node | None = None
        self._at_node: Node | None = None
        self._spans_lost: list[tuple[int, int]] = []  # where the switch overwrites what it reads

    def parse(self) -> Node:
        at = self._text.find("<")
        if at < 0:
            raise self._error(len(self._text), "root tag missing")
        while True:
            begin = at + 1
            at = self._markup(begin)
            if not self._char(at):
                break
            begin = at = at + 1
            at = self._skip_until(at, "<")
            if not self._char(at):
                break
            if self._at_node is not None:
                self._at_node.text += _decoded(self._text[begin:at], is_attribute=False)
        if self._root is None:
            raise self._error(begin, "root tag missing")
        if self._at_node is not None:
            raise self._error(begin, f"unclosed tag <{self._at_node.name}>")
        return self._root

    def _markup(self, at: int) -> int:
        """From behind a `<` to the last character of its tag."""
        char = self._char(at)
        if (char.isascii() and char.isalpha()) or char in ("_", ":") or char >= "\x80":
            return self._open_tag(at)
        if char == "/":
            return self._close_tag(at + 1)
        if self._text.startswith("!--", at):
            end = self._text.find("--", at + 3)
            if end < 0 or self._char(end + 2) not in ("", ">") or not self._is_closed(end + 2):
                raise self._error(at, "unclosed <!--")
            return end + 2
        if self._text.startswith("![CDATA[", at):
            end = self._text.find("]]>", at)
            if end < 0:
                raise self._error(at, "unclosed <![CDATA[")
            if self._at_node is not None:
                self._at_node.text += self._text[at + 8 : end]
            return end + 2
        if self._text.startswith("!DOCTYPE", at):
            return self._skip_until(at, ">")
        if char == "?":
            end = self._text.find("?>", at)
            if end < 0 and not (self._text.endswith("?") and self._last == ">"):
                raise self._error(at, "unclosed <?")
            return end + 1 if end >= 0 else len(self._text)
        raise self._error(at, "unexpected <")

    def _open_tag(self, begin: int) -> int:
        if self._root is not None and self._at_node is None:
            raise self._error(begin, "markup outside of root element")
        at = self._skip_until(begin, f"{_BLANK}/>")
        name = self._text[begin:at]
        end, at = at, self._skip_blanks(at)
        self._spans_lost.append((end, at))
        attributes, at = self._attributes(begin, at)
        is_empty = self._char(at) == "/"
        at += is_empty
        if self._char(at) not in ("", ">") or not self._is_closed(at):
            raise self._error(begin, "missing >")
        node = Node(name, attributes, parent=self._at_node)
        if self._at_node is not None:
            node.offset = len(self._at_node.text)
            self._at_node.children.append(node)
        self._root = self._root or node
        if not is_empty:
            self._at_node = node
        return at

    def _attributes(self, tag: int, at: int) -> tuple[dict[str, str], int]:
        found: dict[str, str] = {}
        while self._char(at) not in ("", "/", ">"):
            begin, value = at, ""
            at = self._skip_until(at, f"{_BLANK}=/>")
            name = self._text[begin:at]
            if self._char(at) in ("=", *_BLANK):
                self._spans_lost.append((at, at + 1))
                while self._char(at) in ("=", *_BLANK):
                    at += 1
                quote = self._char(at)
                if quote in ('"', "'"):
                    end = self._text.find(quote, at + 1)
                    if end < 0:
                        raise self._error(tag, f"missing {quote}")
                    value = _decoded(self._text[at + 1 : end], is_attribute=True)
                    self._spans_lost.append((at, end))
                    at = end + 1
            found.setdefault(name, value)  # the first of a name is the one that is looked up
            at = self._skip_blanks(at)
        return found, at

    def _close_tag(self, begin: int) -> int:
        at = self._skip_until(begin, f"{_BLANK}>")
        if not self._is_closed(at):
            raise self._error(begin, "missing >")
        name, node = self._text[begin:at], self._at_node
        if node is None or node.name != name:
            raise self._error(at, f"unexpected closing tag </{name}>")
        self._at_node = node.parent
        return self._skip_blanks(at)

    # Looking at the text

    def _char(self, at: int) -> str:
        """ "" at the end."""
        return self._text[at : at + 1]

    def _is_closed(self, at: int) -> bool:
        return bool(self._char(at)) or self._last == ">"

    def _skip_until(self, at: int, chars: str) -> int:
        while at < len(self._text) and self._text[at] not in chars:
            at += 1
        return at

    def _skip_blanks(self, at: int) -> int:
        while at < len(self._text) and self._text[at] in _BLANK:
            at += 1
        return at

    def _error(self, at: int, what: str) -> XmlError:
        """Its line number misses those ends of lines that were overwritten before."""
        lost = sum(
            self._text.count("\n", begin, min(end, at)) for begin, end in self._spans_lost if begin < at
        )
        line = self._text.count("\n", 0, at) + 1 - lost
        return XmlError(f"[error near line {line}]: {what}"[:ERROR_LENGTH])


def _decoded(text: str, *, is_attribute: bool) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if is_attribute:
        text = re.sub(r"[\t\n\v\f]", " ", text)
    return _REFERENCE.sub(_referenced, text)


def _referenced(found: re.Match[str]) -> str:
    if found[2]:
        return _ENTITIES[found[2]]
    number = int(found[1][1:], 16) if found[1].startswith("x") else int(found[1])
    return chr(number) if 0 < number < 0x110000 else found[0]


def to_xml(node: Node) -> str:
    """The element as `xml_locate` writes it (switch_xml_toxml): the text it was read with, and indents besides."""
    writer = _Writer()
    writer.elements([node], "", depth=0)
    return "".join(writer.parts)


class _Writer:
    def __init__(self) -> None:
        self.parts: list[str] = []
        self._end = ""

    def elements(self, nodes: list[Node], text: str, depth: int) -> None:
        """Elements that stand in `text`."""
        start = 0
        for node in nodes:
            length = node.offset - start
            self._write(_coded(text[start : node.offset] if length else text[start:], _TEXT_CODES))
            self._element(node, depth)
            start = min(node.offset, len(text))
        self._write(_coded(text[start:], _TEXT_CODES))

    def _element(self, node: Node, depth: int) -> None:
        if self._end == ">":
            self._write("\n")
        pairs = (f' {name}="{_coded(value, _ATTRIBUTE_CODES)}"' for name, value in node.attributes.items())
        self._write(f"{'  ' * depth}<{node.name}{''.join(pairs)}>")
        if node.children:
            self.elements(node.children, node.text, depth + 1)
        else:
            self._write(_coded(node.text, _TEXT_CODES))
        if self._end == "\n":
            self._write("  " * depth)
        self._write(f"</{node.name}>\n")

    def _write(self, text: str) -> None:
        if text:
            self.parts.append(text)
            self._end = text[-1]


def _coded(text: str, codes: dict[str, str]) -> str:
    text, mark, rest = text.partition("<!")  # what follows such a mark is left as it is
    return "".join(codes.get(char) or _plain(char) for char in text) + mark + rest


def _plain(char: str) -> str:
    return char if char.isascii() else f"&#x{ord(char):X};"
