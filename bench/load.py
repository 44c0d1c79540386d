"""Questions by the hundred: through the whole product, and to a bare Rasa server."""

import http.client
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psutil
from sqlalchemy import create_engine, text

from launch.paths import RASA_PYTHON
from launch.programs import RASA_QUIETLY
from tests.product import Product, database_of, free_ports

PEOPLE = 16  # write at the same time, each waits for nothing
EACH = 20  # questions a person writes; below the limit of a visitor's minute
REST = "rest:\n"
UNANSWERED = "SELECT count(*) FROM message WHERE direction = 'in' AND handled_at IS NULL"
WAITS = "SELECT extract(epoch FROM handled_at - created_at) FROM message WHERE direction = 'in'"


def questions() -> list[str]:
    """What participants ask, other words than the assistant was trained on."""
    rows = [line.split("\t") for line in Path("tests/bot/questions.tsv").read_text().splitlines()]
    return [f"{row[1].rstrip('?')}?" for row in rows if row[0].startswith("faq/")]


class Caller:
    """One connection that is kept open."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def post(self, path: str, body: object, token: str = "") -> dict[str, str]:
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self.connection.request("POST", path, json.dumps(body), headers)
        answer = self.connection.getresponse()
        found = json.loads(answer.read())
        if answer.status >= 300:
            raise RuntimeError(f"{path}: {answer.status} {found}")
        return found if isinstance(found, dict) else {}


def together(work: Callable[[int], None]) -> None:
    """Do work for each person at the same time."""
    threads = [threading.Thread(target=work, args=(number,)) for number in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def through_sapa(product: Product) -> dict[str, float]:
    """Stored, masked, sealed, queued, asked, answered, stored: from the first post to the last."""
    asked = questions()

    def write(person: int) -> None:
        caller = Caller(product.port)
        token = caller.post("/chat/api/visitors", {})["token"]
        for number in range(EACH):
            words = asked[(person * EACH + number) % len(asked)]
            body = {"client_id": uuid4().hex, "text": words}
            caller.post("/chat/api/messages", body, token)

    engine = create_engine(database_of(product))
    before = processor_times(product)
    begun = time.monotonic()
    together(write)
    taken = time.monotonic() - begun
    with engine.connect() as connection:
        while connection.scalar(text(UNANSWERED)):
            time.sleep(0.1)
        whole = time.monotonic() - begun
        waits = sorted(float(wait) for wait in connection.scalars(text(WAITS)))
    engine.dispose()
    spent = {
        f"processor s a 100 messages, {name}": round((used - before[name]) / PEOPLE / EACH * 100, 2)
        for name, used in processor_times(product).items()
    }
    return {
        "messages/s": round(PEOPLE * EACH / whole, 1),
        "messages/s taken in and stored": round(PEOPLE * EACH / taken, 1),
        "median wait under this load (s)": round(statistics.median(waits), 2),
    } | spent


def processor_times(product: Product) -> dict[str, float]:
    """Seconds of processor each program has used, its children included."""
    times = {}
    for name in product.programs():
        leader = psutil.Process(product.pid(name))
        members = [leader, *leader.children(recursive=True)]
        times[name] = sum(sum(member.cpu_times()[:2]) for member in members)
    return times


@contextmanager
def bare_rasa() -> Iterator[int]:
    """A Rasa server with the same model, its own REST channel and API; yields its port."""
    folder = Path(tempfile.mkdtemp(prefix="sapa-bare-"))
    (folder / "credentials.yml").write_text(REST)
    (folder / "endpoints.yml").write_text("")
    (port,) = free_ports(1)
    argv = [str(RASA_PYTHON), "-m", "rasa", "run", "-i", "127.0.0.1", "-p", str(port)]
    files = ["--credentials", f"{folder}/credentials.yml", "--endpoints", f"{folder}/endpoints.yml"]
    process = subprocess.Popen(
        [*argv, "--enable-api", "--model", ".sapa/models/sapa.tar.gz", *files],
        env={**os.environ, **RASA_QUIETLY},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(folder)


def through_bare_rasa(port: int) -> dict[str, float]:
    """The same questions to a bare server, where nothing is stored and no action runs."""
    asked = questions()
    path = "/webhooks/rest/webhook"
    Caller(port).post(path, {"sender": "warm", "message": "halo"})

    def ask(person: int) -> None:
        caller = Caller(port)
        for number in range(EACH):
            words = asked[(person * EACH + number) % len(asked)]
            caller.post(path, {"sender": f"bare-{person}", "message": words})

    begun = time.monotonic()
    together(ask)
    return {"messages/s": round(PEOPLE * EACH / (time.monotonic() - begun), 1)}


def _wait_for(port: int) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/")
            connection.getresponse()
            return
        except OSError:
            time.sleep(0.3)
    raise RuntimeError("the bare Rasa did not start")
