"""Front-end libraries as npm installed them, and the widget's short address."""

from pathlib import Path

from flask import Blueprint, Response, abort, send_file, send_from_directory

bp = Blueprint("files", __name__)

MODULES = Path(__file__).parent / "node_modules"
LIBRARIES = {
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "htmx-sse.js": "htmx-ext-sse/sse.js",
    "tabler.css": "@tabler/core/dist/css/tabler.min.css",
}
"""What we serve of node_modules, and nothing else of it."""

DAY = 24 * 3600  # seconds


@bp.get("/vendor/<name>")
def library(name: str) -> Response:
    """One file of a front-end library."""
    if name not in LIBRARIES:
        abort(404)
    return send_file(MODULES / LIBRARIES[name], max_age=DAY)


@bp.get("/chat/widget.js")
def widget() -> Response:
    """The loader that other pages put on themselves."""
    response = send_from_directory("static", "chat/widget.js", max_age=300)
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
