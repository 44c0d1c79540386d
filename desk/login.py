"""Logging in and out, and the language of the desk."""

import logging
from typing import Any

from flask import Response, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import NoResultFound

from channels import vault
from database import transaction
from desk.people import User, bp, is_htmx, me, safe_next, translate
from ratelimit import limiter
from staffing import service as staffing

log = logging.getLogger(__name__)

BY_ADDRESS = "10 per minute"
BY_EMAIL = "5 per minute"
MAX_PASSWORD = 1000  # characters; hashing longer ones is only work for us


def _email() -> str:
    """Whose login is counted: a digest, so that the counter knows no address."""
    email = request.form.get("email", "").strip().lower()
    return f"email:{vault.digest('desk', email).hex()}"


@bp.get("/login")
def log_in() -> ResponseReturnValue:
    """The login page; who is logged in already goes on."""
    if current_user.is_authenticated:
        return redirect(safe_next(request.args.get("next", "")), 303)
    return _page()


def _page(problem: str = "", status: int = 200) -> Response:
    given = request.values.get("next", "")
    page = render_template(
        "desk/login.html",
        problem=problem,
        email=request.form.get("email", ""),
        next=safe_next(given),
    )
    return make_response(page, status)


@bp.post("/login")
@limiter.limit(BY_ADDRESS)
@limiter.limit(BY_EMAIL, key_func=_email)
def check_log_in() -> ResponseReturnValue:
    """Let an agent in; one sentence for every reason not to."""
    email, password = request.form.get("email", ""), request.form.get("password", "")
    with transaction() as unit:
        agent = staffing.log_in(unit, email, password[:MAX_PASSWORD])
    if agent is None:
        log.info("a login at the desk was refused")
        return _page(translate()("login.wrong"), 401)
    session.clear()  # nothing of before the login lives on after it
    session.permanent = True
    login_user(User(agent))
    return redirect(safe_next(request.form.get("next", "")), 303)


@bp.post("/logout")
def log_out() -> ResponseReturnValue:
    """End the session."""
    logout_user()
    session.clear()
    return redirect(url_for("desk.log_in"), 303)


@bp.post("/locale")
def switch_locale() -> ResponseReturnValue:
    """Change the agent's language."""
    with transaction() as unit:
        agent = me(unit)
        agent.locale = "en" if agent.locale == "id" else "id"
    return redirect(safe_next(request.form.get("next", "")), 303)


@bp.errorhandler(CSRFError)
def _expired(error: CSRFError) -> ResponseReturnValue:
    if request.endpoint == "desk.check_log_in":
        return _page(translate()("login.expired"), 400)
    return _error(400)


@bp.errorhandler(429)
def _too_many(error: Any) -> ResponseReturnValue:
    if request.endpoint == "desk.check_log_in":
        return _page(translate()("login.too_many"), 429)
    return _error(429)


@bp.errorhandler(NoResultFound)
@bp.errorhandler(404)
def _missing(error: Any) -> ResponseReturnValue:
    return _error(404)


def _error(code: int) -> ResponseReturnValue:
    if is_htmx():
        return translate()(f"error.{code}"), code
    return render_template("desk/error.html", code=code), code
