"""Effects of editing a trámite on its availability, in sentences. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from turnero.administration.edit.effects import between
from turnero.booking.documents.closure_text import people_sentences
from turnero.core.formatting import thousands
from turnero.core.language import gettext, gettext_noop, ngettext

_NOWHERE = gettext_noop("Ninguna agencia tiene todavía ventanillas de esta línea: agréguelas en Agencias.")
_ONLINE = gettext_noop("Se hace en línea: no se piden turnos.")


@dataclass(frozen=True)
class Supply:
    """Agencies that give turns for a trámite, how many would fit without other trámites, and how many are booked.

    ``takes_turns``: False if done online; ``agencies``: ids.
    """

    takes_turns: bool
    agencies: frozenset[int]
    turns: int
    given: int


@dataclass(frozen=True)
class ProcedureEffect:
    """As ``Effect``, for the turns from ``first`` to ``last``; ``before`` is None for a new trámite."""

    first: date
    last: date
    before: Supply | None
    after: Supply
    displaced: int = 0
    placed: int | None = None
    unreachable: int = 0


def procedure_sentences(effect: ProcedureEffect) -> list[str]:
    """The sentences: where, how many, and who loses their hour."""
    before, after = effect.before, effect.after
    where = _where_new(after) if before is None else _where(before, after)
    return [*where, *_turns(effect), *_people(effect)]


def _where_new(after: Supply) -> Iterator[str]:
    count = len(after.agencies)
    if not count:
        yield gettext(_NOWHERE if after.takes_turns else _ONLINE)
        return
    yield ngettext("Lo atenderá %(count)s agencia.", "Lo atenderán %(count)s agencias.", count, count=thousands(count))


def _where(before: Supply, after: Supply) -> Iterator[str]:
    count, gone, come = len(after.agencies), before.agencies - after.agencies, after.agencies - before.agencies
    if gone:
        yield ngettext(
            "Deja de darse con turno en %(count)s agencia.",
            "Deja de darse con turno en %(count)s agencias.",
            len(gone),
            count=thousands(len(gone)),
        )
    if come:
        yield ngettext(
            "Empieza a darse con turno en %(count)s agencia.",
            "Empieza a darse con turno en %(count)s agencias.",
            len(come),
            count=thousands(len(come)),
        )
    if not count:
        yield gettext(_NOWHERE if after.takes_turns else _ONLINE)
    elif not (gone or come):
        yield ngettext(
            "Se da con turno en %(count)s agencia, como hasta ahora.",
            "Se da con turno en %(count)s agencias, como hasta ahora.",
            count,
            count=thousands(count),
        )
    elif before.agencies:
        yield gettext(
            "Agencias que lo dan con turno: de %(before)s pasan a %(after)s.",
            before=thousands(len(before.agencies)),
            after=thousands(count),
        )


def _turns(effect: ProcedureEffect) -> Iterator[str]:
    before, after = effect.before, effect.after
    values = {"days": between(effect.first, effect.last), "after": thousands(after.turns)}
    if before is None:
        if after.agencies:
            yield gettext("Turnos de este trámite que caben %(days)s: %(after)s.", **values)
    elif before.turns != after.turns:
        yield gettext(
            "Turnos de este trámite que caben %(days)s: de %(before)s pasan a %(after)s.",
            before=thousands(before.turns),
            **values,
        )
    elif after.agencies:
        yield gettext("Turnos de este trámite que caben %(days)s: %(after)s, como hasta ahora.", **values)


def _people(effect: ProcedureEffect) -> Iterator[str]:
    if kept := effect.after.given:
        yield ngettext(
            "%(count)s turno ya dado se mantiene.",
            "%(count)s turnos ya dados se mantienen.",
            kept,
            count=thousands(kept),
        )
    if effect.displaced or (effect.before is not None and not kept):
        yield from people_sentences(effect.displaced, effect.placed, effect.unreachable)
