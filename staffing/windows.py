"""When the service is staffed: pure functions of a window and a moment.

Windows are local times of Asia/Jakarta, the same every day, holidays included; the founding
document of the programme says 12 hours daily, not which 12: that is the setting SERVICE_HOURS."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from settings import WIB


@dataclass(frozen=True)
class Window:
    """From opens (included) to closes (excluded), local time, every day."""

    opens: time
    closes: time

    def __str__(self) -> str:
        return f"{self.opens:%H.%M}–{self.closes:%H.%M} WIB, setiap hari"

    def is_open(self, moment: datetime) -> bool:
        return self.opens <= moment.astimezone(WIB).time() < self.closes

    def next_opening(self, moment: datetime) -> datetime:
        """The next moment at which it opens, in UTC; moment itself when it is open."""
        if self.is_open(moment):
            return moment
        local = moment.astimezone(WIB)
        day = local.date() if local.time() < self.opens else local.date() + timedelta(days=1)
        return datetime.combine(day, self.opens, WIB).astimezone(UTC)

    def after_staffed(self, start: datetime, span: timedelta) -> datetime:
        """The moment at which `span` of staffed time has passed since start, in UTC."""
        moment = self.next_opening(start)
        while True:
            closing = self.closing(moment)
            if moment + span <= closing:
                return moment + span
            span -= closing - moment
            moment = self.next_opening(closing)

    def closing(self, moment: datetime) -> datetime:
        """When the window that holds moment closes, in UTC."""
        day = moment.astimezone(WIB).date()
        return datetime.combine(day, self.closes, WIB).astimezone(UTC)
