"""Files of participants: sealed under their key, in a folder outside the database."""

from pathlib import Path
from uuid import uuid4

from sqlalchemy.orm import Session

from channels import vault
from channels.base import File
from channels.models import Attachment, Message

_folder: Path | None = None


def configure(folder: Path) -> None:
    """Keep files in folder, made when missing, readable by us alone."""
    global _folder
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _folder = folder


def _path(key: str) -> Path:
    if _folder is None:
        raise RuntimeError("media.configure() has not been called")
    return _folder / key


def attach(session: Session, message: Message, file: File, person_id: int) -> Attachment:
    """Write a file and tie it to a message. A file whose transaction fails is a harmless orphan."""
    key = uuid4().hex
    _path(key).write_bytes(vault.seal(session, person_id, file.data))
    attachment = Attachment(
        person_id=person_id,
        key=key,
        media_type=file.media_type,
        size=len(file.data),
        width=file.width,
        height=file.height,
    )
    message.attachments.append(attachment)
    return attachment


def read(session: Session, attachment: Attachment) -> bytes:
    """The bytes of an attachment. Raises vault.Erased, FileNotFoundError."""
    return vault.unseal(session, attachment.person_id, _path(attachment.key).read_bytes())
