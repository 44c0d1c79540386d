"""Where a participant wants to be answered: an email, a WhatsApp or SMS number, or here."""

import re
from typing import Any

from sqlalchemy.orm import Session

from api.errors import Refused
from channels import reading
from channels.models import Conversation, Identity
from channels.receiving import add_identity

HERE = {"kind": "here", "label": "di chat ini"}
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


def known(session: Session, conversation: Conversation) -> dict[str, Any] | None:
    """Where answers shall go, with the address shortened; None when it was never asked."""
    if conversation.contact is None:
        return None
    if conversation.contact == "here":
        return HERE
    identity = session.get_one(Identity, int(conversation.contact))
    kind = identity.channel
    return {"kind": kind, "label": label(kind, reading.address_of(session, identity))}


def label(kind: str, address: str) -> str:
    """An address as it may be shown back: enough to recognise, not enough to use.

    >>> label("email", "budi@gmail.com")
    'email b•••@gmail.com'
    >>> label("whatsapp", "+6281234567890")
    'WhatsApp •••7890'
    """
    if kind == "email":
        name, _, domain = address.partition("@")
        return f"email {name[:1]}•••@{domain}"
    return f"{'SMS' if kind == 'sms' else 'WhatsApp'} •••{address[-4:]}"
