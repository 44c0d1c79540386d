"""The service hours in the participants' words, for answers that name them."""

import os


def in_words() -> str:
    """Return when people answer, from SAPA_SERVICE_HOURS."""
    window = os.environ.get("SAPA_SERVICE_HOURS") or "08:00-20:00"
    return f"{window.replace(':', '.')} WIB, setiap hari"
