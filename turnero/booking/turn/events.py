"""Event codes of a turn: one for each thing that can happen to it (DESIGN §7, I10)."""

from enum import StrEnum

from turnero.booking.turn.lifecycle import Status


class What(StrEnum):
    """What happened to a turn. Plain transitions are named after the status they lead to."""

    HELD = "held"
    LAPSED = "lapsed"
    CONFIRMED = "confirmed"
    ARRIVED = "arrived"
    CALLED = "called"
    ATTENDED = "attended"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"  # by its holder; details["answer"]: the reason chosen
    DISPLACED = "displaced"  # details["why"]: what people are told

    # How it began
    WALKED_IN = "walked_in"

    # How a hold or an offered place ended
    REPLACED = "replaced"  # by another hold of its journey
    RELEASED = "released"
    AGENCY_CHANGED = "agency_changed"  # of its journey, or the province or trámite
    HOURS_CLOSED = "hours_closed"  # details["why"]
    TIME_PASSED = "time_passed"
    OFFER_DECLINED = "offer_declined"
    OFFER_LAPSED = "offer_lapsed"
    OFFER_WITHDRAWN = "offer_withdrawn"
    RESTORED = "restored"  # from a backup, where nobody waits for it any more

    # How it came to a place, after the one it was booked with
    OFFER_ACCEPTED = "offer_accepted"
    CHANGED = "changed"
    REBOOKED = "rebooked"
    ACCEPTED = "accepted"
    PLACED = "placed"
    REOPENED = "reopened"

    # How it ended before its hour
    BY_STAFF = "by_staff"  # details["why"]: what the holder was told
    NOT_ME = "not_me"
    NO_ANSWER = "no_answer"
    ERASED = "erased"  # also of a turn that keeps its status

    # On its day
    ARRIVED_OFFLINE = "arrived_offline"  # at a kiosk without server
    PAPER = "paper"
    RECALLED = "recalled"
    PARKED = "parked"
    TRANSFERRED = "transferred"
    NOT_ARRIVED = "not_arrived"  # marked at the close of the day
    UNDONE = "undone"

    # Anything else
    REASSIGNED = "reassigned"


class CancelReason(StrEnum):
    """The holder's reason for cancelling."""

    NOT_NEEDED = "not_needed"
    CANNOT_COME = "cannot_come"
    FOUND_ANOTHER = "found_another"
    OTHER = "other"


# Events after which the turn has another place, or has its old one again.
PLACE_CHANGES = (What.CHANGED, What.REBOOKED, What.ACCEPTED, What.PLACED, What.REOPENED)


def step_to(status: Status) -> What:
    """The code of a plain transition to ``status``."""
    return What(status.value)
