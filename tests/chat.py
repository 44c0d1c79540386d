"""A participant at the web chat's JSON routes."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient


@dataclass
class Participant:
    """Writes to the chat and reads its news, like the page's script."""

    client: FlaskClient
    token: str = ""
    seen: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.token = self.token or self.client.post("/chat/api/visitors").json["token"]  # type: ignore[index]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def write(self, text: str, *, client_id: str = "", payload: str = "", status: int = 201) -> Any:
        body = {"client_id": client_id or str(uuid4()), "text": text, "payload": payload}
        answer = self.client.post("/chat/api/messages", json=body, headers=self.headers)
        assert answer.status_code == status, answer.text
        return answer.json

    def news(self, after: int = 0) -> Any:
        return self.client.get(f"/chat/api/messages?after={after}", headers=self.headers).json

    def heard(self) -> list[str]:
        """What was said to the participant, in order."""
        return [m["text"] for m in self.news()["messages"] if m["from"] != "participant"]
