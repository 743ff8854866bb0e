"""`agentmem keys`: who may ask a server, and for whose memory."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agentmem.cli.chosen import Json
from agentmem.cli.output import as_json, table
from agentmem.errors import InvalidInput

if TYPE_CHECKING:
    from agentmem.connect.server.keys import Key

keys = typer.Typer(
    name="keys", help="Make, list and revoke the keys of a server.", no_args_is_help=True, rich_markup_mode=None
)
KeysFile = Annotated[Path, typer.Argument(metavar="FILE", help="The file of keys that agentmem serve --keys is given.")]


@keys.command()
def add(  # noqa: PLR0913 - one parameter is one option
    file: KeysFile,
    *,
    app: Annotated[str | None, typer.Option("--app", metavar="NAME", help="The app it is for.")] = None,
    user: Annotated[str | None, typer.Option("--user", metavar="NAME", help="The user whose memory it opens.")] = None,
    any_user: Annotated[
        bool, typer.Option("--any-user", help="Any user of the app; each request names one (X-Agentmem-User).")
    ] = False,
    read_only: Annotated[bool, typer.Option("--read-only", help="It may look, and change nothing.")] = False,
    expires: Annotated[
        str | None, typer.Option("--expires", metavar="TIME", help="Until when: 2027-01-31, or with a time and zone.")
    ] = None,
    json: Json = False,
) -> None:
    """Make a key and print it, once: only its hash is kept."""
    from agentmem.connect.server.keys import KeyFile

    until = None if expires is None else _time(expires)
    shown, key = KeyFile(file).add(app=app, user=user, any_user=any_user, read_only=read_only, expires=until)
    if json:
        as_json({"key": shown, **_row(key)})
    else:
        typer.echo(shown)


@keys.command(name="list")
def list_(file: KeysFile, *, json: Json = False) -> None:
    """List keys: whose memory each opens, and whether it still does."""
    from agentmem.connect.server.keys import KeyFile

    rows = [_row(key) for key in KeyFile(file).listed()]
    if json:
        as_json(rows)
        return
    columns = ("id", "app", "user", "may", "made", "expires", "state")
    table(rows, columns=columns, nothing=f"no keys yet; make one with: agentmem keys add {file} --user NAME")


@keys.command()
def revoke(
    file: KeysFile, key: Annotated[str, typer.Argument(metavar="ID", help="Its id, as agentmem keys list tells it.")]
) -> None:
    """Let a key open nothing from now on, also where a server is running."""
    from agentmem.connect.server.keys import KeyFile

    revoked = KeyFile(file).revoke(key)
    typer.echo(f"{revoked.id} opens nothing any more")


def _row(key: Key) -> dict[str, Any]:
    return {
        "id": key.id,
        "app": key.app,
        "user": "(any)" if key.any_user else key.user,
        "may": "look" if key.read_only else "look and change",
        "made": _shown(key.made),
        "expires": _shown(key.expires),
        "state": key.state(datetime.now(UTC)),
    }


def _shown(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat(timespec="seconds")


def _time(given: str) -> datetime:
    """Return a time; of a day without a zone, its beginning in UTC."""
    try:
        time = datetime.fromisoformat(given)
    except ValueError:
        raise InvalidInput(f"--expires is given {given[:80]!r}; write 2027-01-31, or 2027-01-31T18:00+01:00") from None
    return time.replace(tzinfo=UTC) if time.tzinfo is None and len(given) == len("2027-01-31") else time
