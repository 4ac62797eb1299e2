"""`mesh key`: the domains' key-encryption keys: what wraps what, rotate, revoke, begin anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mesh_platform.cli.acting import acting, anybody, sure
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.actor import Actor
    from mesh_platform.lake import KeyState
    from mesh_platform.publish import Runtime

_REGION = click.option("--region", metavar="PLACE", help="One place only [default: each in which the domain has a key].")
_STATES = {"active": "green", "replaced": "yellow", "revoking": "red", "revoked": "red"}


@click.group()
@options
def key() -> None:
    """The key-encryption keys: one per domain and place, which wraps the keys of the product catalogs there.

    \b
    Examples:
      mesh key list
      mesh key rotate sales --as platform-engineer
      mesh key revoke sales --region westeurope --yes --as platform-engineer
    """


@key.command(name="list")
@options
@anybody
@pass_session
def list_(session: Session) -> None:
    """Every key with its version, its state and how many catalogs it wraps.

    State is `active`, `replaced` (a rotation is not over: rotate again), `revoking` (a revocation is not over: revoke again) or `revoked`.
    Provider `development key` is the keyring in the home.

    \b
    Examples:
      mesh key list --json
    """
    from mesh_platform.cli.output import print_json, say_table
    from mesh_platform.keys import open_keys

    kind = open_keys(session.settings).kind
    with session.lake() as lake:
        found = lake.domain_keys.listed() if lake else ()
    if session.json:
        print_json([_as_json(one, kind) for one in found])
    elif found:
        rows = [(one.domain, one.region, kind, one.version, one.name[:16], _day(one), one.state, one.catalogs) for one in found]
        say_table(("domain", "region", "provider", "version", "name", "since", "state", "catalogs"), rows, _STATES)
    else:
        session.say("No key yet: the first publication of a domain makes it.")


@key.command()
@click.argument("domain")
@_REGION
@options
@acting("platform")
@pass_session
def rotate(session: Session, domain: str, region: str | None, actor: Actor) -> int:
    """Give DOMAIN a new key, and each of its catalogs too. Data files stay as they are; readers go on.

    The old key is destroyed once no catalog needs it. A rotation that was interrupted goes on when it is asked for again. Needs the role
    platform.

    \b
    Examples:
      mesh key rotate sales --as platform-engineer
      mesh key rotate sales --region westeurope --as platform-engineer --json
    """
    from mesh_platform.cli.output import counted, print_json, say_findings
    from mesh_platform.publish import open_runtime
    from mesh_platform.publish.domain_keys import rotate_key

    with open_runtime(session.settings) as runtime:
        done = [rotate_key(runtime, domain, place, actor) for place in _regions(runtime, domain, region)]
    if session.json:
        print_json(
            [
                {
                    "domain": domain,
                    "region": one.region,
                    "version": one.version,
                    "complete": one.complete,
                    "rewritten": one.rewritten,
                    "unchanged": one.unchanged,
                    "bytes": one.bytes,
                    "findings": [finding.as_json() for finding in one.findings],
                }
                for one in done
            ]
        )
    for one in done:
        catalogs = counted(one.rewritten, "catalog")
        ending = "the old key is destroyed." if one.complete else "the old key is kept until the rest is done: rotate again."
        session.say(f"{domain} in {one.region}: version {one.version}; {catalogs} written anew ({one.bytes:,} bytes); {ending}")
        if not session.json:
            say_findings(one.findings)
    return 0 if all(one.complete for one in done) else 5


@key.command()
@click.argument("domain")
@_REGION
@click.option("--yes", is_flag=True, help="Yes, close the domain; without it nothing is done.")
@options
@acting("platform", "privacy")
@pass_session
def revoke(session: Session, domain: str, region: str | None, yes: bool, actor: Actor) -> int:
    """Destroy DOMAIN's key, in one place or in each: nothing there opens again, in no copy, and nothing is published until `mesh key start`.

    Where AWS KMS holds the keys, an administrator of the account can take that back for seven days. Needs the role platform or privacy.

    \b
    Examples:
      mesh key revoke sales --region westeurope --yes --as platform-engineer
    """
    from mesh_platform.cli.output import counted, print_json, say_findings
    from mesh_platform.publish import open_runtime
    from mesh_platform.publish.domain_keys import revoke_key

    sure(yes, "It closes every product of the domain, in every copy and backup.")
    with open_runtime(session.settings) as runtime:
        done = [revoke_key(runtime, domain, place, actor) for place in _regions(runtime, domain, region)]
    if session.json:
        print_json(
            [
                {
                    "domain": domain,
                    "region": one.region,
                    "catalogs": one.catalogs,
                    "recallable_until": one.recallable_until.isoformat() if one.recallable_until else None,
                    "findings": [finding.as_json() for finding in one.findings],
                }
                for one in done
            ]
        )
    for one in done:
        session.say(f"{domain} in {one.region}: its key is destroyed; {counted(one.catalogs, 'catalog')} closed.")
        if one.recallable_until:
            session.say(f"The key service's administrators can take it back until {one.recallable_until.date()} at the latest.")
        if one.findings and not session.json:
            session.say("A publication was under way and had not ended; revoke again to be sure of it.")
            say_findings(one.findings)
    return 5 if any(one.findings for one in done) else 0


@key.command()
@click.argument("domain")
@click.option("--region", required=True, metavar="PLACE", help="The place in which the key was revoked.")
@click.option("--yes", is_flag=True, help="Yes, remove what nobody can open any more; without it nothing is done.")
@options
@acting("platform")
@pass_session
def start(session: Session, domain: str, region: str, yes: bool, actor: Actor) -> None:
    """Begin anew after a revocation: remove DOMAIN's closed files in one place and make it a new key. Then publish again.

    Needs the role platform.

    \b
    Examples:
      mesh key start sales --region westeurope --yes --as platform-engineer
      mesh run sales
    """
    from mesh_platform.cli.output import counted, print_json
    from mesh_platform.publish import open_runtime
    from mesh_platform.publish.domain_keys import start_key

    sure(yes, "It removes the closed catalogs and files of the domain from this home.")
    with open_runtime(session.settings) as runtime:
        removed = start_key(runtime, domain, region, actor)
    if session.json:
        print_json({"domain": domain, "region": region, "files_removed": removed})
    session.say(
        f"{domain} in {region}: {counted(removed, 'closed file')} removed, a new key made. `mesh run {domain}` publishes."
    )


def _regions(runtime: Runtime, domain: str, region: str | None) -> tuple[str, ...]:
    """The place that was named, or each in which the domain has a key.

    Raises:
        NotFound: KEY-08, where there is none.
    """
    from mesh_platform.cli.naming import domain_part
    from mesh_platform.errors import Finding, NotFound

    domain_part(domain)
    found = (region,) if region is not None else runtime.lake.domain_keys.regions(domain)
    if not found:
        why, fix = "The domain has no key in any region.", "`mesh key list` shows those that exist."
        raise NotFound(Finding("KEY-08", f"key of domain {domain}", why, fix))
    return found


def _as_json(one: KeyState, kind: str) -> dict[str, object]:
    return {
        "domain": one.domain,
        "region": one.region,
        "provider": kind,
        "version": one.version,
        "name": one.name,
        "created": one.created.isoformat() if one.created else None,
        "state": one.state,
        "catalogs": one.catalogs,
    }


def _day(one: KeyState) -> str | None:
    return one.created.date().isoformat() if one.created else None
