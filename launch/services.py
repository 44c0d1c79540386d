"""Only PostgreSQL and Valkey, for tests and benches: no supervisor, nothing is restarted."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from launch import postgres, valkey
from launch.paths import make_state
from launch.process import Program, spawn, stop, wait_until
from launch.words import Failure


def start(state_dir: Path, *, durable: bool = False) -> tuple[str, str, Callable[[], None]]:
    """Start both; returns DATABASE_URL, REDIS_URL and the function that stops them.

    What is committed survives a kill -9, and a power cut only if durable, which is slower.
    Call it from the main thread. Started by root, give a folder that another account can
    reach (a new one in /tmp, not pytest's tmp_path), else the data goes below /var/lib and
    only launch.clean.remove(state_dir) takes it away.
    """
    state = make_state(state_dir.resolve())
    home = postgres.prepare(state, durable=durable)
    postgres.end_earlier(home)
    database_url = postgres.url(home, state)
    address = valkey.prepare(state)
    with ExitStack() as stack:
        _start(postgres.program(home, database_url, durable=durable), state, stack)
        _start(valkey.program(state, address), state, stack)
        return database_url, valkey.url(address), stack.pop_all().close


def _start(program: Program, state: Path, stack: ExitStack) -> None:
    log = state / "logs" / f"{program.name}.log"
    with log.open("ab") as output:
        child = spawn(program, output)
    stack.callback(stop, child, program)
    if program.probe is not None and not wait_until(program.probe, 30.0):
        raise Failure(f"{program.name} did not start; {log} says why.")
