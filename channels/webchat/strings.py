"""What the participant's pages say, in Indonesian and English."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

from flask import request

LOCALES = ("id", "en")
STRINGS = Path(__file__).parents[2] / "templates" / "chat" / "strings.json"

ERRORS = {
    "id": {
        "error.token": "Sesi chat ini sudah berakhir; halaman memulai yang baru.",
        "error.client_id": "Pesan ini tidak lengkap. Muat ulang halaman, lalu kirim lagi.",
        "error.empty": "Tulis pesan dulu, ya.",
        "error.too_long": "Pesannya terlalu panjang. Bagi jadi beberapa pesan, ya.",
        "error.too_many": "Pesanmu beruntun cepat sekali. Tunggu sebentar, lalu kirim lagi.",
        "error.form": "Halaman ini sudah lama terbuka. Muat ulang, lalu kirim lagi.",
        "error.picture_too_large": "Gambarnya terlalu besar. Paling besar 10 MB.",
        "error.picture_too_many_pixels": "Gambarnya terlalu besar. Kirim tangkapan layar biasa.",
        "error.picture_not_an_image": "Hanya gambar (JPG, PNG, atau WebP) yang bisa dikirim.",
        "error.picture_broken": "Gambarnya rusak dan tidak bisa dibuka. Coba kirim ulang.",
    },
    "en": {
        "error.token": "This chat session has ended; the page starts a new one.",
        "error.client_id": "This message is incomplete. Reload the page, then send it again.",
        "error.empty": "Please write a message first.",
        "error.too_long": "The message is too long. Please split it into several.",
        "error.too_many": "That was very quick. Wait a moment, then send it again.",
        "error.form": "This page has been open for long. Reload it, then send again.",
        "error.picture_too_large": "The picture is too large: 10 MB at the most.",
        "error.picture_too_many_pixels": "The picture is too large. Send an ordinary screenshot.",
        "error.picture_not_an_image": "Only pictures (JPG, PNG or WebP) can be sent.",
        "error.picture_broken": "The picture is broken and cannot be opened. Try sending it again.",
    },
}


@cache
def strings(locale: str) -> dict[str, str]:
    """Every string of a locale."""
    found: dict[str, dict[str, str]] = json.loads(STRINGS.read_text())
    return found[locale] | ERRORS[locale]


def locale() -> str:
    """The locale of this request: asked for, else what the browser prefers, else Indonesian."""
    asked = request.args.get("locale", "")
    if asked in LOCALES:
        return asked
    return request.accept_languages.best_match(["id", "en"], "id") if not asked else "id"


def translator(locale: str) -> Callable[[str], str]:
    """The t() of templates: a key's sentence. Raises KeyError for an unknown key."""
    return strings(locale).__getitem__


def sentence(key: str) -> str:
    """A sentence in the locale of this request."""
    return strings(locale())[key]
