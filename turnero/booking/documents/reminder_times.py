"""When a turn is announced again: two days before, and the evening before. Pure; instants are local wall time."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta


@dataclass(frozen=True)
class Reminder:
    """One announcement: ``minute`` (local) of the day that is ``days_before`` the turn's."""

    name: str  # part of its notice's occasion
    days_before: int
    minute: int

    def at(self, day: date) -> datetime:
        """When a turn of ``day`` is announced."""
        return datetime.combine(day - timedelta(days=self.days_before), time()) + timedelta(minutes=self.minute)


# In the morning two days before there is time to gather what must be brought.
REMINDERS = (Reminder("two_days", 2, 9 * 60), Reminder("evening", 1, 18 * 60))


def last_due(day: date, now: datetime) -> Reminder | None:
    """The last reminder of a turn of ``day`` whose time has come at ``now``, or None.

    Only the last: after an outage of the jobs nobody wants two at once. A turn that got its hour after the
    reminder's time gets none, which is for the caller to see: the mail of its confirmation or change is news enough.
    """
    passed = [reminder for reminder in REMINDERS if reminder.at(day) <= now]
    return max(passed, key=lambda reminder: reminder.at(day), default=None)


def days_to_announce(today: date) -> list[date]:
    """The days whose turns may be due at some time of ``today``."""
    return [today + timedelta(days=ahead) for ahead in range(max(reminder.days_before for reminder in REMINDERS) + 1)]
