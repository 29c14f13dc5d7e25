"""Base of the forms people fill: WTForms fields whose parsers raise our typed errors.

A form class holds everything about its fields once: label, hint, attributes and parser. Macros render it, and
``parsed`` judges it. Labels and hints are marked for translation where they are written and translated when shown.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import wtforms
from werkzeug.datastructures import MultiDict

from turnero.core.errors import Faulty, InvalidInput


class Field(wtforms.Field):
    """A text with its parser. ``typed``: the text as typed or prefilled; ``data``: its value once parsed.

    ``hint`` stands below the label; ``width`` is that of a short answer in characters (10, or 6 for codes, whose digits
    stand apart); ``attributes`` are those of the HTML element. Of a field posted twice the first counts.
    """

    typed = ""

    def __init__(
        self,
        label: str = "",
        parse: Callable[[str], Any] = str,
        *,
        hint: str = "",
        width: int | None = None,
        attributes: Mapping[str, object] | None = None,
        **bound: Any,  # WTForms' own: name, form and meta
    ) -> None:
        super().__init__(label, description=hint, render_kw=dict(attributes or {}), **bound)
        self.parse = parse
        self.width = width
        self.error: InvalidInput | None = None

    def process_data(self, value: object) -> None:
        self.typed = "" if value is None else str(value)

    def process_formdata(self, valuelist: list[str]) -> None:
        self.typed = valuelist[0].strip() if valuelist else ""

    def pre_validate(self, form: wtforms.form.BaseForm) -> None:
        try:
            self.data = self.parse(self.typed)
        except InvalidInput as error:
            self.error = error
            raise wtforms.validators.StopValidation(error.code) from error


class SecretField(Field):
    """A password: taken with its spaces, and never shown again."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.typed = valuelist[0] if valuelist else ""


class LongField(Field):
    """Several lines of text, ``rows`` of them in sight."""

    def __init__(self, label: str = "", parse: Callable[[str], Any] = str, *, rows: int = 4, **values: Any) -> None:
        super().__init__(label, parse, **values)
        self.rows = rows


def ignored(_text: str) -> None:
    """The parser of fields that belong to an answer not chosen."""


def optional(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """``parse``, or None for an empty field."""
    return lambda text: parse(text) if text else None


@dataclass(frozen=True)
class Option:
    """An answer of a ``Choice``: posted value, label and a further explanation."""

    value: str
    label: str
    meta: str = ""


class Choice(Field):
    """One of a few ``options``. Anything else counts as no answer: empty, or ``missing`` where one is required."""

    def __init__(
        self,
        label: str = "",
        options: Sequence[Option] = (),
        *,
        hint: str = "",
        missing: type[InvalidInput] | None = None,
        **bound: Any,
    ) -> None:
        super().__init__(label, self._known, hint=hint, **bound)
        self.options = options
        self._missing = missing

    def _known(self, text: str) -> str:
        if text in {option.value for option in self.options}:
            return text
        if self._missing:
            raise self._missing
        return ""


class Form(wtforms.Form):
    """``MyForm(request.form, data=prefilled)``: posted fields, or prefilled ones while nothing was posted."""

    def __init__(self, posted: Mapping[str, str] | None = None, **values: Any) -> None:
        super().__init__(MultiDict(posted) if posted else None, **values)

    def parsed(self) -> Self:
        """The form with every field's value in ``data``. Raises Faulty with all wrong fields."""
        if not self.validate():
            raise Faulty(**{field.name: field.error for field in self if isinstance(field, Field) and field.error})
        return self
