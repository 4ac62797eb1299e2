"""The reference of the command line, written from the commands themselves. Write it anew: `python -m tests.docs.cli_reference`."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from mesh_platform.cli.entry import COMMANDS, mesh
from tests.docs.pages import DOCS

PAGE = DOCS / "reference" / "cli.md"
BEGIN, END = "<!-- commands -->", "<!-- end of commands -->"


def cli_reference() -> str:
    """Markdown of every command with its arguments, its options and its help."""
    context = click.Context(mesh, info_name="mesh")
    headings: dict[str, list[str]] = {}
    for name, entry in COMMANDS.items():
        headings.setdefault(entry.heading, []).append(name)
    lines: list[str] = []
    for heading, names in headings.items():
        lines += [f"## {heading}", ""]
        for name in names:
            command = mesh.get_command(context, name)
            assert command is not None
            lines += _command(command, click.Context(command, info_name=name, parent=context))
    return "\n".join(lines).strip() + "\n"


def with_commands(page: str) -> str:
    """The page with the commands as they are now between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{cli_reference()}\n{END}{after}"


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    yield f"### {context.command_path}"
    yield ""
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"`{context.command_path} {usage}`"
    yield ""
    yield from _help(command.help or "")
    options = [param for param in command.params if isinstance(param, click.Option) and param.name not in _COMMON]
    if options:
        yield "| option | |"
        yield "|---|---|"
        yield from (_option(option, context) for option in options)
        yield ""
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _command(below, click.Context(below, info_name=name, parent=context))


_COMMON = {param.name for param in mesh.params if isinstance(param, click.Option)}


def _help(text: str) -> Iterator[str]:
    """Paragraphs as they are; what click must not wrap as it stands."""
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        if paragraph.lstrip().startswith("\b"):
            yield from ["```text", *(line for line in paragraph.splitlines() if line.strip("\b ")), "```", ""]
        else:
            yield from [" ".join(paragraph.split()), ""]


def _option(option: click.Option, context: click.Context) -> str:
    record = option.get_help_record(context)
    assert record is not None
    flags, text = record
    return f"| `{flags.replace('|', chr(92) + '|')}` | {text.replace('|', chr(92) + '|')} |"


if __name__ == "__main__":
    PAGE.write_text(with_commands(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
