"""Commands for the people who run Sapa: `python -m commands --help`."""

import secrets

import click

import app
import doctor
import settings
from database import transaction
from staffing.models import Role, Team
from staffing.service import StaffingError, add_agent, any_agents

FIRST_AGENT = "admin@sapa.local"


@click.group()
def group() -> None:
    """Sapa's commands."""
    app.set_up(settings.load())


@group.command("first-agent")
def first_agent() -> None:
    """Make the first agent with a generated password, shown this once; else do nothing."""
    with transaction() as session:
        if any_agents(session):
            click.echo("The desk has agents already; a password is never shown twice.")
            return
        password = secrets.token_urlsafe(12)
        add_agent(session, email=FIRST_AGENT, name="Rina", password=password, role=Role.ADMIN)
    click.echo(f"First agent of the desk (shown this once): {FIRST_AGENT}  password: {password}")


@group.command("add-agent")
@click.option("--email", required=True)
@click.option("--name", required=True, help="What participants see.")
@click.option("--team", type=click.Choice([*Team]), default=Team.AGENTS, show_default=True)
@click.password_option()
def add(email: str, name: str, team: str, password: str) -> None:
    """Add an agent to the desk."""
    try:
        with transaction() as session:
            add_agent(session, email=email, name=name, password=password, team=Team(team))
    except StaffingError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{email} can log in at {settings.current().public_url}/desk")


@group.command("doctor")
def examine() -> None:
    """Look this installation over; exit code 1 when something is wrong."""
    text, well = doctor.report(doctor.examine(settings.current()))
    click.echo(text)
    raise SystemExit(not well)


if __name__ == "__main__":
    group()
