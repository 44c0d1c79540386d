"""What the statuses are called, for participants (Indonesian) and at the desk (both)."""

from tickets.models import Status

STATUS_WORDS: dict[str, dict[Status, str]] = {
    "id": {
        Status.NEW: "sudah masuk antrean petugas",
        Status.OPEN: "sedang dikerjakan petugas",
        Status.WAITING_PARTICIPANT: "menunggu jawabanmu",
        Status.WAITING_THIRD_PARTY: "menunggu pihak lain (bank atau mitra)",
        Status.SOLVED: "sudah selesai",
        Status.CLOSED: "ditutup",
    },
    "en": {
        Status.NEW: "in the agents' queue",
        Status.OPEN: "being worked on",
        Status.WAITING_PARTICIPANT: "waiting for your answer",
        Status.WAITING_THIRD_PARTY: "waiting for a third party",
        Status.SOLVED: "solved",
        Status.CLOSED: "closed",
    },
}
