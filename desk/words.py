"""What the desk's pages say, in the agent's language, and how they tell times."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

from settings import WIB

LOCALES = ("id", "en")
STRINGS = Path(__file__).parents[1] / "templates" / "desk" / "strings.json"


@cache
def strings(locale: str) -> dict[str, str]:
    """Every string of a locale."""
    found: dict[str, dict[str, str]] = json.loads(STRINGS.read_text())
    return found[locale if locale in LOCALES else "id"]


@dataclass(frozen=True)
class Translator:
    """The t() of templates."""

    known: dict[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """A key's sentence, its holes filled. Raises KeyError for an unknown key."""
        return self.known[key].format(**values) if values else self.known[key]

    def code(self, kind: str, code: str) -> str:
        """What a code of the data is called; the code itself when it has no name here."""
        return self.known.get(f"{kind}.{code}", code)


def translator(locale: str) -> Translator:
    """The t() of a language."""
    return Translator(strings(locale))


@dataclass(frozen=True)
class Times:
    """Moments in words, in one language, as seen from now."""

    t: Translator
    now: datetime

    def span(self, length: timedelta) -> str:
        """A length of time as one figure, rounded down: "5 mnt"."""
        minutes = max(0, int(length.total_seconds() // 60))
        if minutes < 60:
            return self.t("time.minutes", n=minutes)
        hours = minutes // 60
        return self.t("time.hours", n=hours) if hours < 48 else self.t("time.days", n=hours // 24)

    def ago(self, moment: datetime) -> str:
        """How long ago something was."""
        passed = self.now - moment
        return self.t("time.now") if passed < timedelta(minutes=1) else self.span(passed)

    def exact(self, moment: datetime) -> str:
        """Day, time and zone: "23 Nov 2026, 21.05 WIB"."""
        return f"{self._date(moment)} {moment.astimezone(WIB).year}, {self.clock(moment)} WIB"

    def clock(self, moment: datetime) -> str:
        """A time of day in WIB: "21.05"."""
        return f"{moment.astimezone(WIB):%H.%M}"

    def day(self, moment: datetime) -> str:
        """The day of a message, as the line between messages tells it."""
        days_ago = (self._today() - moment.astimezone(WIB).date()).days
        if days_ago in (0, 1):
            return self.t("time.yesterday" if days_ago else "time.today")
        return f"{self._date(moment)} {moment.astimezone(WIB).year}"

    def due(self, moment: datetime) -> str:
        """A promised time: "sebelum 14.00 WIB", or by how much it is late."""
        if moment < self.now:
            return self.t("time.late", span=self.span(self.now - moment))
        return self.before(moment)

    def before(self, moment: datetime) -> str:
        """By when something is to happen: "sebelum besok 08.30 WIB"."""
        when, days = self.clock(moment), (moment.astimezone(WIB).date() - self._today()).days
        if days == 1:
            when = self.t("time.tomorrow", time=when)
        elif days:
            when = f"{self._date(moment)} {when}"
        return self.t("time.before", when=when)

    def _today(self) -> date:
        return self.now.astimezone(WIB).date()

    def _date(self, moment: datetime) -> str:
        local = moment.astimezone(WIB)
        return f"{local.day} {self.t('time.months').split()[local.month - 1]}"
