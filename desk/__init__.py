"""The agents' pages."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Add the desk to the application."""
