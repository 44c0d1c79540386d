"""The product put together: the only place that knows every part."""

import logging

from flask import Flask, Response, g, request
from flask.typing import ResponseReturnValue
from flask_compress import Compress
from sqlalchemy.exc import NoResultFound, OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

import api.bot
import api.health
import channels
import database
import desk
import jobs
import live
import logs
import public.routes
import settings
from api.errors import ApiError
from channels import media, vault
from channels.receiving import on_received
from channels.webchat import MAX_UPLOAD, WebChat, pages
from channels.webchat import api as webchat_api
from database import utcnow
from inbox import answering
from ratelimit import limiter
from settings import Settings
from static_files import bp as static_bp
from tickets import service as tickets_service

log = logging.getLogger(__name__)

VERSION = "0.1.0"


def set_up(config: Settings) -> None:
    """Connect every part of this process; workers and commands do it too."""
    settings.install(config)
    logs.configure(config.log_level)
    database.connect(config.database_url)
    live.connect(jobs.connect(config.redis_url))
    vault.configure(config.encryption_key.get_secret_value())
    media.configure(config.media_dir)
    channels.register(WebChat())
    on_received(answering.received)
    on_received(tickets_service.received)


def create_app(config: Settings | None = None) -> Flask:
    """Build the web application. Raises SettingsError."""
    config = config or settings.load()
    set_up(config)
    app = Flask(__name__, static_folder="static")
    app.config.update(
        SECRET_KEY=config.secret_key.get_secret_value(),
        MAX_CONTENT_LENGTH=MAX_UPLOAD + 64 * 1024,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.public_url.startswith("https://"),
        RATELIMIT_STORAGE_URI=config.redis_url.replace("unix://", "redis+unix://"),
        COMPRESS_STREAMS=False,  # events must leave at once
        RATELIMIT_STORAGE_OPTIONS=jobs.CLIENT_OPTIONS,
    )
    if hops := config.proxies:  # believed only when there are some: callers can write headers too
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops)  # type: ignore[method-assign]
    limiter.init_app(app)
    Compress(app)
    for blueprint in (webchat_api.bp, pages.bp, api.bot.bp, api.health.bp, public.routes.bp):
        app.register_blueprint(blueprint)
    app.register_blueprint(static_bp)
    desk.init_app(app)
    app.register_error_handler(ApiError, _refuse)
    app.register_error_handler(Exception, _broken)
    app.before_request(_begin)
    app.after_request(_finish)
    return app


def _refuse(error: ApiError) -> ResponseReturnValue:
    return {"error": str(error)}, error.status


def _broken(error: Exception) -> ResponseReturnValue:
    """What nobody expected: logged, and a page or JSON that says what to do."""
    if isinstance(error, NoResultFound):
        return public.routes.error_page(404)
    if isinstance(error, HTTPException):
        code = error.code or 500
        return public.routes.error_page(code) if code in (404, 500) else error
    status = 503 if isinstance(error, OperationalError) else 500
    log.error("request failed: %s", type(error).__name__, exc_info=error)
    return public.routes.error_page(status)


def _begin() -> None:
    g.started = utcnow()
    logs.conversation.set(None)  # a connection is kept for other requests


def _finish(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", pages.CSP)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    if not request.path.startswith(("/chat/embed", "/static")):
        headers.setdefault("X-Frame-Options", "SAMEORIGIN")
    _log_request(response)
    return response


def _log_request(response: Response) -> None:
    """One line a request, by its route: addresses may hold signed tokens.

    Looks that went well are DEBUG, so that what happens can be seen among them."""
    only_a_look = request.method == "GET" and response.status_code < 400
    log.log(
        logging.DEBUG if only_a_look else logging.INFO,
        "%s %s %s %.0f ms",
        request.method,
        request.url_rule or "(no route)",
        response.status_code,
        (utcnow() - g.started).total_seconds() * 1000,
    )
