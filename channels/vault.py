"""A key per person: their words and files are unreadable once it is destroyed.

The keys lie in a schema of their own (`vault`), so that backups can leave them out; each is
wrapped by the key from the settings, so that a copy of the database alone reads nothing."""

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.orm import Session

from channels.models import PersonKey

NONCE_BYTES = 12  # what AES-GCM is specified for (NIST SP 800-38D)


class Erased(Exception):
    """The person's key was destroyed: what they wrote cannot be read any more."""


class Vault:
    """The wrapping key, and what is derived from it."""

    def __init__(self, encryption_key: str) -> None:
        master = base64.urlsafe_b64decode(encryption_key)
        self.wrap = AESGCM(master)
        self.digest_key = hmac.digest(master, b"identity-digest", "sha256")


_vault: Vault | None = None


def configure(encryption_key: str) -> None:
    """Use this wrapping key (32 bytes, URL-safe base64)."""
    global _vault
    _vault = Vault(encryption_key)


def _the_vault() -> Vault:
    if _vault is None:
        raise RuntimeError("vault.configure() has not been called")
    return _vault


def new_key(session: Session, person_id: int) -> None:
    """Make the key of a new person."""
    key = AESGCM.generate_key(256)
    wrapped = _encrypt(_the_vault().wrap, key, str(person_id).encode())
    session.add(PersonKey(person_id=person_id, wrapped=wrapped))
    session.flush()


def destroy_key(session: Session, person_id: int) -> None:
    """Make everything the person wrote unreadable, for ever."""
    if key := session.get(PersonKey, person_id):
        session.delete(key)
    _keys(session).pop(person_id, None)


def seal(session: Session, person_id: int, data: bytes) -> bytes:
    """Encrypt data under the person's key. Raises Erased."""
    return _encrypt(_key(session, person_id), data, b"")


def unseal(session: Session, person_id: int, sealed: bytes) -> bytes:
    """Decrypt what seal() made. Raises Erased."""
    return _decrypt(_key(session, person_id), sealed, b"")


def digest(channel: str, address: str) -> bytes:
    """A keyed digest by which an address is found again without being readable."""
    text = f"{channel}:{address}".encode()
    return hmac.digest(_the_vault().digest_key, text, hashlib.sha256)


def _keys(session: Session) -> dict[int, AESGCM]:
    keys: dict[int, AESGCM] = session.info.setdefault("person_keys", {})
    return keys


def _key(session: Session, person_id: int) -> AESGCM:
    keys = _keys(session)
    if person_id not in keys:
        row = session.get(PersonKey, person_id)
        if row is None:
            raise Erased(f"the key of person {person_id} was destroyed")
        keys[person_id] = AESGCM(_decrypt(_the_vault().wrap, row.wrapped, str(person_id).encode()))
    return keys[person_id]


def _encrypt(key: AESGCM, data: bytes, context: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + key.encrypt(nonce, data, context)


def _decrypt(key: AESGCM, sealed: bytes, context: bytes) -> bytes:
    try:
        return key.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context)
    except InvalidTag:
        raise ValueError("sealed under another key: was SAPA_ENCRYPTION_KEY changed?") from None
