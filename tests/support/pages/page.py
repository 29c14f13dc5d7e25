"""An HTML page as a tree, read strictly: a tag that is not closed, or closed twice, is an error."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser

VOID = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"))
UNREAD = frozenset(("script", "style", "template"))
INLINE = frozenset(("a", "abbr", "b", "em", "span", "strong", "wbr"))
NOT_FIELDS = ("hidden", "submit", "button", "image", "reset")


class BrokenHtml(AssertionError):
    """The page is not well formed."""


@dataclass
class Element:
    """An element; ``children`` must not change after parsing.

    ``text`` is all that a person reads inside it, spaces put in order.
    """

    tag: str
    attributes: dict[str, str]
    children: "list[Element | str]" = field(default_factory=list)

    def __getitem__(self, attribute: str) -> str:
        return self.attributes[attribute]

    def get(self, attribute: str, default: str = "") -> str:
        return self.attributes.get(attribute, default)

    @cached_property
    def text(self) -> str:
        return " ".join("".join(self._texts([])).split())

    def all(self, *tags: str, **attributes: str) -> "list[Element]":
        """The elements inside with one of ``tags`` (any, if none) and these attributes (``class_`` for class)."""
        found = self._inside if not tags else [element for element in self._inside if element.tag in tags]
        for name, value in attributes.items():
            wanted = name.rstrip("_").replace("_", "-")
            found = [element for element in found if element.attributes.get(wanted, "") == value]
        return list(found)

    def one(self, *tags: str, **attributes: str) -> "Element":
        """The only matching element."""
        found = self.all(*tags, **attributes)
        assert len(found) == 1, f"one {tags} {attributes}, not {len(found)}"
        return found[0]

    def inside(self) -> "Iterator[Element]":
        """Every element inside, in the order in which they begin."""
        return iter(self._inside)

    @cached_property
    def _inside(self) -> "list[Element]":
        # With a stack: every page of every test is walked, and generators in generators cost five times as much.
        found: list[Element] = []
        to_come = self.children[::-1]
        while to_come:
            child = to_come.pop()
            if not isinstance(child, str):
                found.append(child)
                to_come += child.children[::-1]
        return found

    def _texts(self, found: list[str]) -> list[str]:
        """``found`` with the texts inside; a space stands where a block ends."""
        for child in self.children:
            if isinstance(child, str):
                found.append(child)
            elif child.tag not in UNREAD:
                child._texts(found)
                if child.tag not in INLINE:
                    found.append(" ")
        return found


class Page(Element):
    """A parsed page with common queries."""

    @property
    def h1(self) -> str:
        return self.one("h1").text

    @property
    def title(self) -> str:
        return self.one("title").text

    @property
    def links(self) -> dict[str, str]:
        """Text of each link → where it leads."""
        return {link.text: link["href"] for link in self.all("a") if link.get("href")}

    @property
    def errors(self) -> dict[str, str]:
        """Identifier of each field marked invalid → its message."""
        by_id = {element["id"]: element for element in self.all() if element.get("id")}
        return {
            field["id"]: " ".join(by_id[name].text for name in field.get("aria-describedby").split() if name in by_id)
            for field in self.all(aria_invalid="true")
        }

    def form(self, action: str = "") -> "Element":
        """The form that posts to ``action``, or the only form that posts."""
        forms = [form for form in self.all("form") if form.get("method").lower() == "post"]
        found = [form for form in forms if not action or form.get("action").endswith(action)]
        assert len(found) == 1, f"one form for {action!r}, not {[form.get('action') for form in found]}"
        return found[0]


def filled(form: Element) -> dict[str, str]:
    """The data a browser would post unchanged, without buttons."""
    values = {}
    for control in form.all("input", "textarea", "select"):
        kind = control.get("type", "text")
        if not control.get("name") or kind in ("submit", "button", "image", "reset"):
            continue
        if kind in ("radio", "checkbox") and "checked" not in control.attributes:
            continue
        values[control["name"]] = _value(control)
    return values


def fields(form: Element) -> list[Element]:
    """The controls a person fills in."""
    return [
        control for control in form.all("input", "textarea", "select") if control.get("type", "text") not in NOT_FIELDS
    ]


def read(html: str) -> Page:
    """Parse a page. Raises ``BrokenHtml``."""
    parser = _Parser()
    parser.feed(html)
    parser.close()
    if len(parser.open) > 1:
        raise BrokenHtml(f"<{parser.open[-1].tag}> is never closed")
    return parser.page


def _value(control: Element) -> str:
    if control.tag == "textarea":
        return control.text
    if control.tag == "select":
        options = control.all("option")
        chosen = [option for option in options if "selected" in option.attributes] or options[:1]
        return chosen[0].get("value", chosen[0].text) if chosen else ""
    return control.get("value", "on" if control.get("type") in ("radio", "checkbox") else "")


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page("", {})
        self.open: list[Element] = [self.page]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = self._begin(tag, attrs)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # inside <svg>
        self._begin(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self.open[-1].tag != tag:
            raise BrokenHtml(f"</{tag}> closes <{self.open[-1].tag}> at {self.getpos()}")
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)

    def _begin(self, tag: str, attrs: list[tuple[str, str | None]]) -> Element:
        names = [name for name, _ in attrs]
        if len(set(names)) != len(names):
            raise BrokenHtml(f"<{tag}> has an attribute twice: {names}")
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        return element
