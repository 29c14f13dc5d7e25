"""Renders pages with errors: faults beside their fields, refusals on top, everything typed kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from flask import Response, make_response, redirect, render_template, request

from turnero.core import messages
from turnero.core.errors import InvalidInput, Refused, TurneroError
from turnero.core.language import gettext
from turnero.web import refusals

log = structlog.get_logger()


@dataclass(frozen=True)
class FormErrors:
    """The reason a page is shown again: faults by field, or a refusal.

    ``conflict``: answer the refusal with 409 whatever its own status, as it is not an input error.
    """

    faults: Mapping[str, InvalidInput] = field(default_factory=dict)
    refusal: Refused | None = None
    conflict: bool = False

    @property
    def status(self) -> int:
        """422 for faults; the refusal's own status otherwise."""
        if self.refusal is not None:
            return 409 if self.conflict else self.refusal.status
        return 422 if self.faults else 200


NO_ERRORS = FormErrors()


@dataclass(frozen=True)
class Refusal:
    """A refusal in words; its ``code`` tells the page what to offer instead."""

    code: str
    text: str


def render_page(
    template: str,
    form_errors: FormErrors = NO_ERRORS,
    tell: Callable[[TurneroError], str] = messages.text_of,
    **values: Any,
) -> Response:
    """Render a page with its errors, if any."""
    for error in (form_errors.refusal, *form_errors.faults.values()):
        if error is not None:
            log.info("refused", code=error.code)
            refusals.count_refusal(error.code)
    errors = [(name, messages.text_of(error)) for name, error in form_errors.faults.items()]
    refusal = form_errors.refusal and Refusal(form_errors.refusal.code, tell(form_errors.refusal))
    told_above = {"errors": errors, "fault": dict(errors), "refusal": refusal, "invalid": form_errors.status == 422}
    answer = make_response(render_template(template, **told_above, **values), form_errors.status)
    if form_errors.status == 429 and form_errors.refusal is not None:
        answer.headers["Retry-After"] = str(form_errors.refusal.data["seconds"])
    return answer


def with_labels(errors: Sequence[tuple[str, str]], labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """Errors by field, prefixed with the field's label, in the order of ``labels``; unlabelled fields last."""
    order = {name: place for place, name in enumerate(labels)}
    placed = sorted(errors, key=lambda error: order.get(error[0], len(order)))
    return [(name, _labelled(labels.get(name), text)) for name, text in placed]


def _labelled(label: str | None, text: str) -> str:
    """Nombre: escriba este dato."""
    if label is None:
        return text
    return gettext("%(field)s: %(message)s", field=label, message=text[:1].lower() + text[1:])


def see_other(where: str) -> Response:
    """A 303 redirect after a post."""
    return make_response(redirect(where, 303))


def kept(response: Response, seconds: int) -> Response:
    """A public, cacheable answer with an ETag, so that unchanged data costs a 304."""
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    response.add_etag()
    response.make_conditional(request)
    return response
