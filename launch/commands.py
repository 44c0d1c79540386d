"""The commands of `python3 -m launch`, and what they have in common."""

import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

from launch import checks, clean, train
from launch.paths import APP_PYTHON, ENVIRONMENTS, ROOT, make_state, state_dir
from launch.programs import app_environment
from launch.record import refuse_if_running
from launch.setup import Setup
from launch.words import Failure, complain, disk_trouble, say


def carry_out(words: list[str], environ: Mapping[str, str]) -> int:
    """Do the command that words are; returns the exit code."""
    os.chdir(ROOT)
    return in_plain_words(lambda: _dispatch(words, environ))


def in_plain_words(do: Callable[[], int]) -> int:
    """Call do; what it cannot help ends in one sentence, not in a traceback."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return do()
    except Failure as failure:
        complain(f"\n{failure}")
    except KeyboardInterrupt:
        complain("\nStopped.")
        return 130
    except OSError as error:
        trouble = disk_trouble(error)
        if trouble is None:
            raise
        complain(f"\n{trouble}")
    return 1


def _dispatch(words: list[str], environ: Mapping[str, str]) -> int:
    command = words[0]
    if command == "clean":
        return clean.clean(environ)
    if not _in_app_environment():
        if command == "run":
            refuse_if_running(state_dir(environ))
        Setup(environ).ensure(dev=command in ("check", "test", "bench"))
        _become([str(APP_PYTHON), "-m", "launch", *words], app_environment(environ, {}))
    if command == "app":
        return _app(words[1:], environ)
    return _INSIDE[command](environ)


def _in_app_environment() -> bool:
    return Path(sys.prefix).resolve() == (ENVIRONMENTS / "app").resolve()


def _become(argv: list[str], environ: Mapping[str, str]) -> NoReturn:
    """Go on as another program, here the app environment's Python, which has what is needed."""
    sys.stdout.flush()
    os.execve(argv[0], argv, dict(environ))  # noqa: S606 - no shell wanted


def _app(words: list[str], environ: Mapping[str, str]) -> NoReturn:
    from launch.run import beside  # needs the app environment

    _become([sys.executable, "-m", *words], beside(environ))


def _run(environ: Mapping[str, str]) -> int:
    from launch.run import run  # needs the app environment

    return run(environ)


def _train(environ: Mapping[str, str]) -> int:
    train.if_needed(make_state(state_dir(environ)), environ)
    return 0


def _services(environ: Mapping[str, str]) -> int:
    from launch import services

    database, queue, stop = services.start(state_dir(environ))
    say(f"DATABASE_URL={database}\nREDIS_URL={queue}\nCtrl-C stops both.")
    try:
        signal.pause()
    finally:
        stop()
    return 0


def _bench(environ: Mapping[str, str]) -> int:
    _train(environ)
    argv = [str(APP_PYTHON), "-m", "bench", *environ.get("BENCH", "").split()]
    os.execve(APP_PYTHON, argv, dict(environ))  # noqa: S606 - no shell wanted


def _setup(_environ: Mapping[str, str]) -> int:
    return 0  # it is done before we get here


def _check(environ: Mapping[str, str]) -> int:
    return checks.run(checks.static(environ))


def _test(environ: Mapping[str, str]) -> int:
    return checks.run(checks.static(environ) + checks.dynamic(environ))


_INSIDE: dict[str, Callable[[Mapping[str, str]], int]] = {
    "run": _run,
    "setup": _setup,
    "train": _train,
    "services": _services,
    "check": _check,
    "test": _test,
    "bench": _bench,
}
