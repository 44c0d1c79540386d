"""The breaker: patient with a restart, open after that, closed by one success."""

from datetime import UTC, datetime, timedelta

from inbox.breaker import PATIENCE, PROBE, Breaker, Verdict

START = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_a_restart_is_waited_for() -> None:
    breaker = Breaker()
    breaker.failed(START, slow=False)
    assert breaker.before(after(0.5)) is Verdict.WAIT
    assert breaker.before(after(1.5)) is Verdict.ASK  # looks whether it is back
    assert breaker.verdict(after(19)) is Verdict.WAIT


def test_after_twenty_seconds_it_opens_and_probes() -> None:
    breaker = Breaker()
    breaker.failed(START, slow=False)
    breaker.failed(START + PATIENCE, slow=False)
    assert breaker.before(after(21)) is Verdict.FALL_BACK
    assert breaker.before(START + PATIENCE + PROBE) is Verdict.ASK


def test_one_slow_answer_opens_it_at_once() -> None:
    breaker = Breaker()
    breaker.failed(START, slow=True)
    assert breaker.before(after(1)) is Verdict.FALL_BACK


def test_one_success_closes_it() -> None:
    breaker = Breaker()
    breaker.failed(START, slow=True)
    breaker.succeeded()
    assert breaker.before(after(1)) is Verdict.ASK
    breaker.failed(after(2), slow=False)
    assert breaker.verdict(after(3)) is Verdict.WAIT
