"""A small supervised run for tests: `python -m tests.launch.toy STATE NAME=COMMAND ...`.

Each command is a shell command; NAME:once=COMMAND runs to its end before the next is started.
"""

import os
import sys
from pathlib import Path

from launch.commands import in_plain_words
from launch.paths import make_state
from launch.process import Program
from launch.record import end_leftovers, lock
from launch.supervisor import Supervisor, supervise
from launch.words import say


def main() -> int:
    state = make_state(Path(sys.argv[1]))

    def start(supervisor: Supervisor) -> None:
        for word in sys.argv[2:]:
            name, _, command = word.partition("=")
            program = Program(
                name.removesuffix(":once"), ["/bin/sh", "-c", command], os.environ, grace=1.0
            )
            (supervisor.run_once if name.endswith(":once") else supervisor.start)(program)
        say("toy is up")

    with lock(state, "a toy"):
        end_leftovers(state)
        supervise(state, start)
    return 0


if __name__ == "__main__":
    sys.exit(in_plain_words(main))
