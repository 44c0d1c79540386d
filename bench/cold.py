"""A cold start: clone, set up from nothing, run, and wait for the first answer."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from uuid import uuid4

import httpx

from tests.product import free_ports

PATIENCE = 1800.0  # seconds


def cold_start() -> float:
    """Seconds from `git clone` to the first answer in the chat. Removes the clone again."""
    folder = Path(tempfile.mkdtemp(prefix="sapa-cold-"))
    folder.chmod(0o755)
    begun = time.monotonic()
    subprocess.run(["git", "clone", "-q", ".", str(folder / "sapa")], check=True)
    web, rasa, actions = free_ports(3)
    ports = {"SAPA_PORT": web, "SAPA_RASA_PORT": rasa, "SAPA_ACTIONS_PORT": actions}
    environ = {**os.environ, **{name: str(port) for name, port in ports.items()}}
    process = subprocess.Popen(
        ["make", "run", f"PYTHON={sys.executable}"],
        cwd=folder / "sapa",
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _first_answer(f"http://127.0.0.1:{web}")
        return time.monotonic() - begun
    finally:
        process.terminate()
        process.wait(60)
        shutil.rmtree(folder)


def _first_answer(url: str) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            token = httpx.post(f"{url}/chat/api/visitors", json={}).json()["token"]
            headers = {"Authorization": f"Bearer {token}"}
            body = {"client_id": uuid4().hex, "text": "apa itu kartu prakerja?"}
            httpx.post(f"{url}/chat/api/messages", json=body, headers=headers).raise_for_status()
            return _wait_for_words(url, headers, end)
        except httpx.HTTPError:
            time.sleep(1)
    raise TimeoutError("there was no first answer")


def _wait_for_words(url: str, headers: dict[str, str], end: float) -> None:
    while time.monotonic() < end:
        news = httpx.get(f"{url}/chat/api/messages", headers=headers).json()["messages"]
        if any(message["from"] == "assistant" for message in news):
            return
        time.sleep(0.2)
