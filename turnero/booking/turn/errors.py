"""Refusals of the booking flow. Each is an expected answer with its own text in ``messages``."""

from turnero.core.errors import InvalidInput, Refused


class WrongStep(Refused):
    """Posted out of order; ``step`` is the person's present step, where the answer redirects (303)."""

    code = "wrong_step"


class NotInRegistry(Refused):
    """The citizen registry does not know the cédula. Shown only after the mailbox was proven."""

    code = "not_in_registry"


class CedulasSpent(Refused):
    """This mailbox or browser has asked for too many different cédulas in a day."""

    code = "cedulas_spent"


class UnknownPlace(InvalidInput):
    """The agency does not exist, is in another province or does not offer the trámite (``field``)."""

    code = "unknown_place"


class ProcedureOnline(InvalidInput):
    """The trámite is done online and takes no turns."""

    code = "procedure_online"


class PlaceLost(Refused):
    """The place is not available: the hours page answers 409 with alternatives to ``agency``, ``day``, ``minute``."""


class PlaceTaken(PlaceLost):
    code = "place_taken"


class NotOffered(PlaceLost):
    """The start is outside opening hours, too soon, beyond the horizon, or not on the grid."""

    code = "not_offered"


class HoldLost(PlaceLost):
    """The hold has expired, or its hours were closed."""

    code = "hold_lost"


class AlreadyHasTurn(Refused):
    """The cédula has a live turn for this trámite. The answer never says where or when."""

    code = "already_has_turn"


class OverlappingTurn(Refused):
    code = "overlapping_turn"


class OpenTurnsSpent(Refused):
    """The cédula has reached its limit of live turns."""

    code = "open_turns_spent"


class CapReached(Refused):
    """Too many confirmations from this mailbox, mobile or browser; never counted by insured person."""

    code = "cap_reached"


class HoldLimit(Refused):
    """Another live hold of the same cédula, or too many of the same mailbox."""

    code = "hold_limit"


class HoldsSpent(Refused):
    """This mailbox or browser has held too many places today without confirming one."""

    code = "holds_spent"


class HoldTimeSpent(Refused):
    """The holds of this journey have reached their total time limit."""

    code = "hold_time_spent"


class ExtendedAlready(Refused):
    code = "extended_already"


class NotCancellable(Refused):
    """The turn has begun, has ended or was given up already."""

    code = "not_cancellable"


class NotChangeable(Refused):
    """The turn has begun, has ended or was given up already."""

    code = "not_changeable"


class ChangesSpent(Refused):
    """The turn has reached its limit of changes."""

    code = "changes_spent"


class SamePlace(Refused):
    """The requested place is the one the turn already has."""

    code = "same_place"


class NoProposal(Refused):
    """The proposed place has lapsed or never existed; the person may choose another."""

    code = "no_proposal"
    status = 409


class LiveTurns(Refused):
    """The person to be erased has ``count`` turns to come."""

    code = "live_turns"


class AlreadyAsked(Refused):
    """The cédula is already on the waiting list for this trámite, or in this draw. Never says where or when."""

    code = "already_asked"


class RequestsSpent(Refused):
    """This mailbox, mobile or browser has reached its ``limit`` of waiting requests."""

    code = "requests_spent"


class DrawClosed(Refused):
    """The draw does not accept requests at present."""

    code = "draw_closed"


class OfferOver(Refused):
    """The offer was answered, has lapsed, or its hours were closed."""

    code = "offer_over"
    status = 409


class WishInvalid(InvalidInput):
    """The dates are invalid, in the wrong order, in the past or too far ahead."""

    code = "wish_invalid"


class ChangedMeanwhile(Refused):
    """The effect of saving has changed since the preview: somebody edited the same thing or booked a turn there."""

    code = "changed_meanwhile"
    status = 409
