"""Enumerations of the turn's tables other than ``lifecycle.Status``."""

from enum import StrEnum


class Purpose(StrEnum):
    """What a claim is for: ``TURN`` is undated, the others lapse."""

    HOLD = "hold"
    TURN = "turn"
    PROPOSAL = "proposal"
    OFFER = "offer"
    DELAY = "delay"


class DisplacementStatus(StrEnum):
    """pending → proposed (a dated place is kept) | unplaced (none was found) → the others, which end it."""

    PENDING = "pending"
    PROPOSED = "proposed"
    UNPLACED = "unplaced"
    PLACED = "placed"
    ACCEPTED = "accepted"
    REBOOKED = "rebooked"
    CANCELLED = "cancelled"
    RESTORED = "restored"


class RequestStatus(StrEnum):
    """waiting → offered → served; waiting again after an offer that came to nothing."""

    WAITING = "waiting"
    OFFERED = "offered"
    SERVED = "served"
    SPENT = "spent"  # after three offers that were not accepted
    LEFT = "left"
    ENDED = "ended"  # the days are over, or the person has a turn


class OfferStatus(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
