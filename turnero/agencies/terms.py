"""The legal term of a trámite as an aid: the estimated last day to act, never stored and never a legal notice."""

from dataclasses import dataclass
from datetime import date, datetime

from turnero.agencies import localities
from turnero.agencies.calendar import deadline
from turnero.agencies.localities import Locality
from turnero.agencies.models import Agency, Procedure, Province

# Older or later dates of notification are slips of the finger.
_MAX_DAYS_AGO = 366


@dataclass(frozen=True)
class Term:
    """Notified on a day, ``days`` working days to act: until ``last_day``, both local dates."""

    notified: date
    days: int
    last_day: date

    def is_over(self, today: date) -> bool:
        return today > self.last_day


def term_of(procedure: Procedure, notified: date | None, today: date, *where: Province | Agency) -> Term | None:
    """The term that runs from ``notified`` (COA 158-159), or None without a term or with a date that makes no sense.

    ``where``: the places whose holidays stop it. What is not sure counts as worked, so that the date told is the
    earlier one.
    """
    if procedure.term_days is None or notified is None or not 0 <= (today - notified).days <= _MAX_DAYS_AGO:
        return None
    stops = localities.legal_rest({_place(each) for each in where})
    return Term(notified, procedure.term_days, deadline.last_day(notified, procedure.term_days, stops))


def parse_date(text: str) -> date | None:
    """AAAA-MM-DD as a browser's date field gives it, or dd/mm/aaaa as people write it; None for anything else."""
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text.strip(), form).date()
        except ValueError:
            continue
    return None


def _place(where: Province | Agency) -> Locality:
    return Locality(where.code) if isinstance(where, Province) else Locality(where.province_code, where.canton)
