"""The agents' desk: login, the queue, one ticket with its conversation."""

from datetime import timedelta

from flask import Flask

from desk import actions, changes, live, login, queue, ticket
from desk.people import bp, csrf, logins

__all__ = ["actions", "changes", "init_app", "live", "login", "queue", "ticket"]

SESSION = timedelta(hours=12)
"""A shift; a session that is used goes on, one that is not ends."""


def init_app(app: Flask) -> None:
    """Put the desk's pages and its login into the application."""
    app.config["PERMANENT_SESSION_LIFETIME"] = SESSION
    # only the desk has a session; the chat and the API prove their callers by tokens
    app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=None)
    csrf.init_app(app)
    logins.init_app(app)
    app.register_blueprint(bp)
