"""Where a participant wants to be answered: an email, a WhatsApp or SMS number, or here."""

import re

from sqlalchemy.orm import Session

from api.errors import Refused
from channels.contacts import HERE, label
from channels.models import Conversation
from channels.receiving import add_identity

EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63}){1,4}")
PHONE = re.compile(r"(?:\+?62|0)8\d{7,11}")
BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s.\-]+(?=\d)")

NOT_AN_ADDRESS = (
    "Aku belum bisa membaca alamatnya. Tulis alamat email (nama@contoh.com) atau nomor HP "
    "(08xx…), atau pilih jawaban di chat ini saja."
)


def read(text: str) -> tuple[str, str] | None:
    """The kind and address in what somebody typed; ("here", "") to stay; None when neither.

    >>> read("wa aja kak 0812-3456-7890")
    ('whatsapp', '+6281234567890')
    >>> read("Budi.S@gmail.com ya")
    ('email', 'budi.s@gmail.com')
    """
    if found := EMAIL.search(text):
        return "email", found[0].lower()
    if found := PHONE.search(BETWEEN_DIGITS.sub("", text)):
        kind = "sms" if re.search(r"\bsms\b", text, re.IGNORECASE) else "whatsapp"
        return kind, "+62" + re.sub(r"^(\+?62|0)", "", found[0])
    if re.search(r"\b(sini|di ?sini|chat|here)\b", text, re.IGNORECASE):
        return "here", ""
    return None


def keep(session: Session, conversation: Conversation, text: str) -> dict[str, str]:
    """Remember where answers shall go. Raises Refused with a sentence for the participant."""
    found = read(text)
    if found is None:
        raise Refused(NOT_AN_ADDRESS)
    kind, address = found
    if kind == "here":
        conversation.contact = "here"
        return HERE
    identity = add_identity(session, conversation.person_id, kind, address)
    conversation.contact = str(identity.id)
    return {"kind": kind, "label": label(kind, address)}
