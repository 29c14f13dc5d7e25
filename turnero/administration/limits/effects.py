"""Policy values and the effects of changing them, in sentences."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from turnero.administration.limits import forms
from turnero.booking.turn.policy import Caps, DrawPolicy, Policy, Release
from turnero.core.formatting import clock_time, long_date, thousands
from turnero.core.language import gettext, gettext_noop

_LABELS = {key: label for _, key, label in forms.NUMBERS} | {
    "caps": gettext_noop("Turnos confirmados por correo, celular o equipo"),
    "release": gettext_noop("Hora en que se abre un día"),
    "release_delay_minutes": gettext_noop("Espera de un lugar cancelado"),
    "walk_ins": gettext_noop("Tickets sin turno en el kiosco"),
    "draw": gettext_noop("Sorteo"),
}
_FIXED = {None: gettext_noop("sin sorteo"), True: gettext_noop("sí"), False: gettext_noop("no")}
_WEEK = timedelta(days=7)
_DRAWN_AT = time(8)  # time at which a draw opens and closes


@dataclass(frozen=True)
class Change:
    """Own values of the institute or an agency, ``before`` and ``after``, over the ``usual`` ones."""

    usual: Mapping[str, Any]
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    def policies(self) -> tuple[Policy, Policy]:
        """The effective policy before and after."""
        return Policy.from_catalogue(self.usual, self.before), Policy.from_catalogue(self.usual, self.after)


def differences(whose: str, change: Change) -> str:
    """Differences of the effective values; stating the usual value explicitly changes nothing."""
    was, will = change.policies()
    said = [
        gettext(
            "%(what)s: %(after)s (antes, %(before)s).",
            what=gettext(label),
            after=_marked(getattr(will, key), own=key in change.after),
            before=_marked(getattr(was, key), own=key in change.before),
        )
        for key, label in _LABELS.items()
        if getattr(was, key) != getattr(will, key)
    ]
    return " ".join([f"{whose}.", *(said or [gettext("Nada cambia.")])])


def _marked(value: object, *, own: bool) -> str:
    return worded(value) if own else gettext("%(value)s, lo usual", value=worded(value))


def worded(value: object) -> str:
    """A policy value in words."""
    if value is None or isinstance(value, bool):
        return gettext(_FIXED[value])
    if isinstance(value, Caps):
        return gettext(
            "%(day)s en un día, %(week)s en una semana y %(month)s en un mes",
            day=thousands(value.day),
            week=thousands(value.week),
            month=thousands(value.month),
        )
    if isinstance(value, Release):
        first, last = clock_time(value.earliest), clock_time(value.latest)
        return first if first == last else gettext("%(first)s a %(last)s", first=first, last=last)
    if isinstance(value, DrawPolicy):
        return gettext("desde el %(day)s", day=long_date(value.first))
    if isinstance(value, tuple):
        return gettext("de %(least)s a %(most)s minutos", least=value[0], most=value[1])
    assert isinstance(value, int)
    return thousands(value)


def lots_told(change: Change, now_local: datetime, *, of_agency: bool) -> Iterator[str]:
    """Effects of starting, changing or ending draws, for one agency or all without own values."""
    before, after = (policy.draw for policy in change.policies())
    if before == after:
        return
    whose = gettext("esta agencia") if of_agency else gettext("todas las agencias que no digan otra cosa")
    if after is None:
        yield gettext(
            "Los turnos de %(whose)s dejan de darse por sorteo: se dan a quien los pide primero.", whose=whose
        )
        return
    yield gettext(
        "Desde el %(day)s los turnos de %(whose)s se dan por sorteo y ya no al momento: se reciben solicitudes "
        "desde %(opens)s días antes y hasta %(closes)s días antes de cada semana.",
        day=long_date(after.first),
        whose=whose,
        opens=after.opens_days,
        closes=after.closes_days,
    )
    missed = _missed_until(after, now_local)
    if missed and (before is None or before.first != after.first):
        yield gettext(
            "Para las semanas que terminan hasta el %(day)s ya no hay tiempo de recibir solicitudes: "
            "sus turnos se dan solo en la agencia.",
            day=long_date(missed),
        )


def _missed_until(lots: DrawPolicy, now_local: datetime) -> date | None:
    """The last Sunday of the weeks whose draw would already have closed, or None."""
    monday = lots.first
    while datetime.combine(monday - timedelta(days=lots.closes_days), _DRAWN_AT) <= now_local:
        monday += _WEEK
    return None if monday == lots.first else monday - timedelta(days=1)
