"""Entry point: work one queue, `python -m worker answers`."""

import sys

import app
import settings

# imported before work begins: a job never waits for an import
from inbox import answering  # noqa: F401
from jobs import QueueName, work


def main() -> None:
    """Work the queue named on the command line until told to stop."""
    try:
        queue = QueueName(sys.argv[1])
    except (IndexError, ValueError):
        raise SystemExit(f"usage: python -m worker {'|'.join(QueueName)}") from None
    config = settings.load()
    app.set_up(config)
    work(queue, config.redis_url)


if __name__ == "__main__":
    main()
