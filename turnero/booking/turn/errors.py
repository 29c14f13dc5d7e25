"""What can stop a journey. Each is an expected answer with its own text, never a stack trace."""

from turnero.core.errors import InvalidInput, Refused


class WrongStep(Refused):
    """Posted too early or too late; ``step`` says where the person is (303 there)."""

    code = "wrong_step"


class NotInRegistry(Refused):
    """The citizen registry does not know the cédula; said only after the mailbox was proven."""

    code = "not_in_registry"


class CedulasSpent(Refused):
    """This mailbox or browser has asked for too many different cédulas in a day."""

    code = "cedulas_spent"


class UnknownPlace(InvalidInput):
    """The agency does not exist, is in another province or does not offer the trámite. ``field`` names the culprit."""

    code = "unknown_place"


class ProcedureOnline(InvalidInput):
    """A trámite that is done online and takes no turns."""

    code = "procedure_online"


class PlaceLost(Refused):
    """A place that cannot be had (any more): the hours page with alternatives, 409. ``agency``, ``day``, ``minute``."""


class PlaceTaken(PlaceLost):
    code = "place_taken"


class NotOffered(PlaceLost):
    """Outside the hours, too soon, beyond the horizon, or not a start of the grid."""

    code = "not_offered"


class HoldLost(PlaceLost):
    """The hold's time has passed, or its hours were closed."""

    code = "hold_lost"


class AlreadyHasTurn(Refused):
    """The cédula has a live turn for this trámite; never says where or when."""

    code = "already_has_turn"


class OverlappingTurn(Refused):
    code = "overlapping_turn"


class OpenTurnsSpent(Refused):
    """The cédula has as many live turns as it may have."""

    code = "open_turns_spent"


class CapReached(Refused):
    """Too many confirmations of this mailbox, mobile or browser: the channel waits, never the person."""

    code = "cap_reached"


class HoldLimit(Refused):
    """Another live hold of the same cédula, or too many of the same mailbox."""

    code = "hold_limit"


class HoldsSpent(Refused):
    """This mailbox or browser has held places all day and confirmed none."""

    code = "holds_spent"


class HoldTimeSpent(Refused):
    """All holds of this journey together have lasted as long as they may."""

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
    """The turn has changed its place as often as it may."""

    code = "changes_spent"


class SamePlace(Refused):
    """The place asked for is the one the turn has."""

    code = "same_place"


class NoProposal(Refused):
    """The proposed place has lapsed, or there never was one: another can be chosen."""

    code = "no_proposal"
    status = 409


class LiveTurns(Refused):
    """Somebody who is to be forgotten has ``count`` turns to come."""

    code = "live_turns"


class AlreadyAsked(Refused):
    """The cédula waits for a place for this trámite already, or takes part in this draw; never says where or when."""

    code = "already_asked"


class RequestsSpent(Refused):
    """This mailbox, mobile or browser waits for as many people as it may (``limit``)."""

    code = "requests_spent"


class DrawClosed(Refused):
    """The draw does not collect requests now."""

    code = "draw_closed"


class OfferOver(Refused):
    """The offered place was answered, has lapsed, or went away with its hours."""

    code = "offer_over"
    status = 409


class WishInvalid(InvalidInput):
    """The days are no days, the wrong way round, in the past or too far away."""

    code = "wish_invalid"


class ChangedMeanwhile(Refused):
    """What somebody was shown before saving is not what saving would do now: others edited it, or took turns there."""

    code = "changed_meanwhile"
    status = 409
