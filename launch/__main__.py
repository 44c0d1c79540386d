"""`python3 -m launch COMMAND`: what the Makefile calls. Starts with nothing installed."""

import os
import sys

COMMANDS = ("run", "setup", "train", "services", "check", "test", "bench", "clean", "app")
OLDEST = (3, 11)


def main() -> int:
    """Carry out the command; every expected trouble ends in one sentence and exit code 1."""
    if sys.version_info < OLDEST:
        version = "%d.%d" % sys.version_info[:2]  # noqa: UP031 - old Pythons read this
        print("Sapa needs Python 3.11 or newer as python3, and this is " + version + ".")
        print("With another one beside it: make PYTHON=python3.12 run")
        return 1
    alone = len(sys.argv) == 2
    if sys.argv[1:2] not in [[command] for command in COMMANDS] or alone == (sys.argv[1] == "app"):
        print("usage: python3 -m launch " + "|".join(COMMANDS[:-1]))
        print("       python3 -m launch app MODULE ARGUMENT...  (with a running Sapa's settings)")
        return 2
    from launch import commands

    return commands.carry_out(sys.argv[1:], dict(os.environ))


if __name__ == "__main__":
    sys.exit(main())
