"""Where a participant's answers go, as it may be shown: enough to recognise, not to use."""

from sqlalchemy.orm import Session

from channels import reading, vault
from channels.models import Conversation, Identity

HERE = {"kind": "here", "label": "di chat ini"}


def known(session: Session, conversation: Conversation) -> dict[str, str] | None:
    """Where answers shall go, with the address shortened; None when it was never asked."""
    if conversation.contact is None:
        return None
    if conversation.contact == "here":
        return HERE
    identity = session.get_one(Identity, int(conversation.contact))
    kind = identity.channel
    try:
        return {"kind": kind, "label": label(kind, reading.address_of(session, identity))}
    except vault.Erased:
        return {"kind": kind, "label": reading.ERASED}


def label(kind: str, address: str) -> str:
    """An address as it may be shown back.

    >>> label("email", "budi@gmail.com")
    'email b•••@gmail.com'
    >>> label("whatsapp", "+6281234567890")
    'WhatsApp •••7890'
    """
    if kind == "email":
        name, _, domain = address.partition("@")
        return f"email {name[:1]}•••@{domain}"
    return f"{'SMS' if kind == 'sms' else 'WhatsApp'} •••{address[-4:]}"
