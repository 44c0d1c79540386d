"""`make bench`: start, memory and messages per second, beside a bare Rasa server with the model.

Both are measured one after the other in the same run, on the same questions: read the ratio, the
rest depends on the machine."""

import json
import sys
import time
from pathlib import Path

from bench.accuracy import accuracy
from bench.cold import cold_start
from bench.load import bare_rasa, through_bare_rasa, through_sapa
from tests.product import Product, running

MEGABYTE = 1_000_000


def main() -> None:
    """Measure and print; `--cold` also sets up a fresh clone from nothing (some minutes)."""
    figures: dict[str, object] = {}
    if "--cold" in sys.argv:
        figures["cold start, clone to first answer (s)"] = round(cold_start())
    begun = time.monotonic()
    with running() as product:
        figures["warm start, to ready (s)"] = round(time.monotonic() - begun, 1)
        figures["memory (MB)"] = memory(product)
        load = through_sapa(product)
    figures |= {f"Sapa: {name}": value for name, value in load.items()}
    with bare_rasa() as port:
        bare = through_bare_rasa(port)
        figures |= {f"assistant: {name}": value for name, value in accuracy(port).items()}
    figures |= {f"bare Rasa: {name}": value for name, value in bare.items()}
    figures["ratio of messages per second"] = round(load["messages/s"] / bare["messages/s"], 2)
    for name, value in figures.items():
        print(f"{name:45} {value}")
    Path(".sapa/bench.json").write_text(json.dumps(figures, indent=1))


def memory(product: Product) -> dict[str, int]:
    """What each program holds, its children included, shared pages by their share."""
    return {name: product.memory(name) // MEGABYTE for name in product.programs()}


if __name__ == "__main__":
    main()
