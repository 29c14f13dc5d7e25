"""Errors in the administration's forms."""

from turnero.core.errors import InvalidInput


class TextMissing(InvalidInput):
    code = "text_missing"


class TextLong(InvalidInput):
    """More than ``most`` characters."""

    code = "text_long"


class NumberInvalid(InvalidInput):
    """Not a whole number from ``least`` to ``most``."""

    code = "number_invalid"


class DayInvalid(InvalidInput):
    """Not a date, or outside the supported years."""

    code = "day_invalid"


class DayPassed(InvalidInput):
    code = "day_passed"


class DaysReversed(InvalidInput):
    code = "days_reversed"


class DaysTooMany(InvalidInput):
    """A range of more than ``most`` days."""

    code = "days_too_many"


class HolidayThere(InvalidInput):
    """The place already has the holiday ``name`` that day."""

    code = "holiday_there"


class HourInvalid(InvalidInput):
    code = "hour_invalid"


class HoursReversed(InvalidInput):
    """An interval ends before it begins, or lacks an end."""

    code = "hours_reversed"


class HoursCrossed(InvalidInput):
    code = "hours_crossed"


class SlugInvalid(InvalidInput):
    code = "slug_invalid"


class SlugTaken(InvalidInput):
    code = "slug_taken"


class NameTaken(InvalidInput):
    """The name is taken."""

    code = "name_taken"


class ProcedureUnknown(InvalidInput):
    """No trámite has this ``slug``."""

    code = "procedure_unknown"


class NoMonday(InvalidInput):
    code = "no_monday"


class DrawReversed(InvalidInput):
    """A draw would close before it opens."""

    code = "draw_reversed"


class NotOffered(InvalidInput):
    """Not one of the choices."""

    code = "choice_invalid"


class MomentInvalid(InvalidInput):
    code = "moment_invalid"


class MomentsReversed(InvalidInput):
    """The end is not after the beginning."""

    code = "moments_reversed"


class HoursPassed(InvalidInput):
    """The span has passed."""

    code = "hours_passed"


class AddressInvalid(InvalidInput):
    """Not an https URL."""

    code = "web_address_invalid"
