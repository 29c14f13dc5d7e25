"""Times of reminders: two days before and the evening before. Pure; instants are local wall time."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta


@dataclass(frozen=True)
class Reminder:
    """One reminder: local ``minute`` of the day that is ``days_before`` the turn's."""

    name: str  # part of its notice's occasion
    days_before: int
    minute: int

    def at(self, day: date) -> datetime:
        """The wall time of this reminder for a turn of ``day``."""
        return datetime.combine(day - timedelta(days=self.days_before), time()) + timedelta(minutes=self.minute)


# Two mornings before leaves time to gather what must be brought.
REMINDERS = (Reminder("two_days", 2, 9 * 60), Reminder("evening", 1, 18 * 60))


def last_due(day: date, now: datetime) -> Reminder | None:
    """The last due reminder of a turn of ``day`` at ``now``, or None.

    Only the last, so that people do not get two at once after an outage of the jobs. The caller skips turns that got
    their hour after the reminder's time: their confirmation or change mail is recent enough.
    """
    passed = [reminder for reminder in REMINDERS if reminder.at(day) <= now]
    return max(passed, key=lambda reminder: reminder.at(day), default=None)


def days_to_announce(today: date) -> list[date]:
    """The days whose turns may have a reminder due on ``today``."""
    return [today + timedelta(days=ahead) for ahead in range(max(reminder.days_before for reminder in REMINDERS) + 1)]
