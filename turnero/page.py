"""How pages tell trouble: faults beside their fields, refusals on top, nothing typed lost."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from flask import Response, make_response, redirect, render_template

from turnero import messages, refusals
from turnero.errors import InvalidInput, Refused, TurneroError

log = structlog.get_logger()


@dataclass(frozen=True)
class Trouble:
    """Why a page is shown again: faults by field, or a limit that says no.

    ``conflict``: the refusal is never a fault of what was typed, whatever its own status says (409).
    """

    faults: Mapping[str, InvalidInput] = field(default_factory=dict)
    refusal: Refused | None = None
    conflict: bool = False

    @property
    def status(self) -> int:
        """422 for what was typed; the refusal's own otherwise."""
        if self.refusal is not None:
            return 409 if self.conflict else self.refusal.status
        return 422 if self.faults else 200


NO_TROUBLE = Trouble()


@dataclass(frozen=True)
class Refusal:
    """A limit in words; ``code`` tells the page what to offer instead."""

    code: str
    text: str


def show(
    template: str, trouble: Trouble = NO_TROUBLE, tell: Callable[[TurneroError], str] = messages.text_of, **values: Any
) -> Response:
    """The page with its trouble on top, if there is any."""
    for error in (trouble.refusal, *trouble.faults.values()):
        if error is not None:
            log.info("refused", code=error.code)
            refusals.count(error.code)
    errors = [(name, messages.text_of(error)) for name, error in trouble.faults.items()]
    refusal = trouble.refusal and Refusal(trouble.refusal.code, tell(trouble.refusal))
    told_above = {"errors": errors, "fault": dict(errors), "refusal": refusal, "invalid": trouble.status == 422}
    answer = make_response(render_template(template, **told_above, **values), trouble.status)
    if trouble.status == 429 and trouble.refusal is not None:
        answer.headers["Retry-After"] = str(trouble.refusal.data["seconds"])
    return answer


def see_other(where: str) -> Response:
    """303: what was posted is done, or belongs elsewhere."""
    return make_response(redirect(where, 303))
