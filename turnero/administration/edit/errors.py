"""What can be wrong with what an administrator types."""

from turnero.core.errors import InvalidInput


class TextMissing(InvalidInput):
    code = "text_missing"


class TextLong(InvalidInput):
    """More than ``most`` letters."""

    code = "text_long"


class NumberInvalid(InvalidInput):
    """Not a whole number from ``least`` to ``most``."""

    code = "number_invalid"


class DayInvalid(InvalidInput):
    """No date, or one outside the years of the calendar."""

    code = "day_invalid"


class DayPassed(InvalidInput):
    code = "day_passed"


class DaysReversed(InvalidInput):
    code = "days_reversed"


class DaysTooMany(InvalidInput):
    """A range of more than ``most`` days."""

    code = "days_too_many"


class HolidayThere(InvalidInput):
    """The place has the holiday ``name`` that day."""

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
    """Something of that name is there already."""

    code = "name_taken"


class ProcedureUnknown(InvalidInput):
    """No trámite has the address ``slug``."""

    code = "procedure_unknown"


class NoMonday(InvalidInput):
    code = "no_monday"


class DrawReversed(InvalidInput):
    """A draw would close before it opens."""

    code = "draw_reversed"


class NotOffered(InvalidInput):
    """Not one of the choices of a list."""

    code = "choice_invalid"


class MomentInvalid(InvalidInput):
    code = "moment_invalid"


class MomentsReversed(InvalidInput):
    """The end of a span of days and hours is not after its beginning."""

    code = "moments_reversed"


class HoursPassed(InvalidInput):
    """A span that is over, today."""

    code = "hours_passed"


class AddressInvalid(InvalidInput):
    """Not an address of the web that begins with https."""

    code = "web_address_invalid"
