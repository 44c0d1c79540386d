"""The times we name to participants: computed from the staffing window, kept or broken."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from settings import WIB
from staffing.windows import Window
from tickets.models import Promise, Ticket

ANSWER_WITHIN = timedelta(hours=2)
"""Staffed time within which a person first answers; a promise is rounded up to STEP."""

STEP = timedelta(minutes=30)


def due(window: Window, now: datetime) -> datetime:
    """By when a person will have answered what comes in now, in UTC, on a half hour.

    Rounding up never leaves the window: the closing time stands in for a later half hour."""
    exact = window.after_staffed(now, ANSWER_WITHIN)
    rounded = exact + (datetime.min.replace(tzinfo=exact.tzinfo) - exact) % STEP
    return min(rounded, max(exact, window.closing(exact - timedelta(microseconds=1))))


def give(session: Session, ticket: Ticket, window: Window, now: datetime) -> Promise:
    """Promise the first answer of a ticket."""
    promise = Promise(
        ticket_id=ticket.id,
        what="first_answer",
        due_at=due(window, now),
        given_at=now,
        calculation={
            "window": f"{window.opens:%H:%M}-{window.closes:%H:%M}",
            "answer_within_minutes": int(ANSWER_WITHIN.total_seconds() // 60),
        },
    )
    session.add(promise)
    return promise


def current(session: Session, ticket: Ticket) -> Promise | None:
    """The promise on a ticket that is still neither kept nor broken, or was broken last."""
    return session.scalar(
        select(Promise)
        .where(Promise.ticket_id == ticket.id, Promise.kept_at.is_(None))
        .order_by(Promise.id.desc())
        .limit(1)
    )


def told(session: Session, ticket: Ticket, now: datetime) -> str | None:
    """The current promise as participants read it; None when it was kept."""
    promise = current(session, ticket)
    return in_words(promise.due_at, now) if promise else None


def keep(session: Session, ticket: Ticket, now: datetime) -> None:
    """A person answered: what was promised and is not overdue is kept."""
    session.execute(
        update(Promise)
        .where(Promise.ticket_id == ticket.id, Promise.kept_at.is_(None), Promise.due_at >= now)
        .values(kept_at=now)
    )


def mark_broken(session: Session, now: datetime) -> int:
    """Mark every promise whose time has passed; returns how many."""
    passed = (
        update(Promise)
        .where(Promise.kept_at.is_(None), Promise.broken_at.is_(None), Promise.due_at < now)
        .values(broken_at=now)
        .returning(Promise.id)
    )
    return len(session.scalars(passed).all())


def in_words(due_at: datetime, now: datetime) -> str:
    """A due time as participants read it: "hari ini sebelum pukul 14.00 WIB"."""
    local, today = due_at.astimezone(WIB), now.astimezone(WIB).date()
    days = {today: "hari ini", today + timedelta(days=1): "besok"}
    day = days.get(local.date(), f"tanggal {local.day} {MONTHS[local.month - 1]}")
    return f"{day} sebelum pukul {local:%H.%M} WIB"


MONTHS = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
]
