"""Every text shown to people is translatable: templates and modules."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from jinja2 import Environment, nodes

from tests.support import ROOT

TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())
# Names are the same in every language.
NAMES = {"Turnero", "PDF", "CSV", "JSON", "IESS"}
SAID = {"_", "gettext", "ngettext", "gettext_noop"}
READ_ALOUD = {"aria-label", "aria-description", "alt", "title", "placeholder", "label"}
OF_TAGS = {"body", "topbar"}  # blocks that stand inside a tag: classes
WORD = re.compile(r"[^\W\d_]{2,}")
SPANISH = re.compile(
    r"[áéíóúñÁÉÍÓÚÑ¿¡]|\b(de|del|el|la|los|las|no|un|una|su|sus|para|por|con|en|que|se|al|ya|hay|es)\b|^[A-Z][a-z]+\b"
)
# Keys of addresses, forms, files, events and zones, and headers.
KEYS = re.compile(r"^[a-z0-9_.:/-]+$|^/|^[A-Z][A-Za-z-]*/[A-Za-z/_-]+$|^([A-Z][A-Za-z]*-)+[A-Za-z]+$|^-//")
# Types, headers and codes of one word; a record that only the log shows; what the program says to itself.
NOT_READ = {
    *("Accept", "Age", "Cookie", "Date", "From", "Lax", "Subject", "To", "Bearer ", "Location", "Vary"),
    *("Booking | None", "Member | None", "Cleared", "Delivered", "Freed", "Interval[T]"),
    *("Key", "Offer", "Policy", "Value"),
    *("Cc", "Cf", "Pd", "Lato", "no answer", "no reference and no ticket"),
}
# What operators type and read in a terminal, files that people write, and programs' answers; not pages, mails, papers.
FOR_OPERATORS = re.compile(
    r"(^|/)(cli|logs|progress|openapi|config)\.py$|operations/|commands\.py$|agencies/catalogue/"
    r"|agencies/calendar/holidays\.py$|transparency/months/history\.py$|verify/citizens\.py$|booking/waiting/draw\.py$"
)


def environment() -> Environment:
    return Environment(extensions=["jinja2.ext.i18n"], autoescape=True)


class _Page(HTMLParser):
    """Text, and attributes that are read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in READ_ALOUD and value]


def _parts(node: nodes.Node, *, said: bool = False) -> Iterator[tuple[str, str]]:
    """In the order of the page: what stands there as it is, and strings of expressions; not what is translated."""
    if isinstance(node, nodes.Block) and node.name in OF_TAGS:
        return
    if isinstance(node, nodes.TemplateData):
        yield "page", node.data
    elif isinstance(node, nodes.Const) and isinstance(node.value, str) and not said:
        yield "expression", node.value
    asked = isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in SAID
    for child in node.iter_child_nodes():
        yield from _parts(child, said=asked)


def _words(text: str) -> list[str]:
    return [word for word in WORD.findall(text) if word not in NAMES]


def left_in(source: str, *, html: bool) -> list[str]:
    """The texts of a template that no catalogue could translate."""
    parts = list(_parts(environment().parse(source)))
    page = "".join(text for kind, text in parts if kind == "page")
    texts = [page]
    if html:
        reader = _Page()
        reader.feed(page)
        texts = reader.found
    left = [" ".join(text.split()) for text in texts if _words(text)]
    return left + [text for kind, text in parts if kind == "expression" and _is_sentence(text)]


def _is_sentence(text: str) -> bool:
    return bool(SPANISH.search(text) and _words(text)) and not KEYS.search(text) and text not in NOT_READ


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("<p>Hola</p>", ["Hola"]),
        ("<p>{% trans %}Hola{% endtrans %} {{ _('Adiós') }}</p>", []),
        ('<a aria-label="Ver">{{ name }}</a>', ["Ver"]),
        ("{{ 'Sí' if yes else _('No') }}", ["Sí"]),
        ("{{ ui.field('correo', label=_('Correo')) }}", []),
        ("{% trans day=day | long_date %}El {{ day }}{% endtrans %} · Turnero", []),
        ("<dl class='summary'>{% if not here %}No{% endif %}</dl>", ["No"]),
    ],
)
def test_what_is_left_in_a_template_is_found(source, left):
    assert left_in(source, html=True) == left


def test_every_text_of_the_templates_is_in_the_catalogue():
    left = {path: left_in(path.read_text("utf-8"), html=path.suffix == ".html") for path in TEMPLATES}
    assert {path.relative_to(ROOT): texts for path, texts in left.items() if texts} == {}


def sentences_left_in(source: str) -> list[str]:
    """Spanish strings of a module that no catalogue could translate."""
    tree = ast.parse(source)
    said: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) in SAID:
            said.update(inner for argument in node.args for inner in ast.walk(argument))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            said.add(node.value)  # a docstring
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile":
            said.update(node.args)
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in said
        if _is_sentence(node.value)
    ]


def test_what_is_left_in_a_module_is_found():
    assert sentences_left_in('"""El día."""\nA = _("El día")\nB = f"el {a}"\nC = gettext("Sí")\nD = "key"') == ["el "]


def test_every_sentence_of_the_modules_is_in_the_catalogue():
    modules = [path for path in (ROOT / "turnero").rglob("*.py") if not FOR_OPERATORS.search(path.as_posix())]
    left = {path: sentences_left_in(path.read_text("utf-8")) for path in modules}
    assert {path.relative_to(ROOT): texts for path, texts in left.items() if texts} == {}


def test_no_script_has_words_of_its_own():
    for path in sorted((ROOT / "static").glob("*.js")):
        code = re.sub(r"//.*|/\*.*?\*/", "", path.read_text("utf-8"))
        assert re.findall(r"[áéíóúñÁÉÍÓÚÑ¿¡]", code) == [], path.name
