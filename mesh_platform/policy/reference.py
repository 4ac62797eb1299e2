"""The reference of the policy rules, written from the rules themselves: what each asks, why, and the examples it is tested by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from mesh_platform.policy.binding import Control
from mesh_platform.policy.facts import GATHERED, Need
from mesh_platform.policy.packs import PACKS
from mesh_platform.policy.rule import Rule, Upheld, Verdict

BEGIN, END = "<!-- rules -->", "<!-- end of rules -->"


def rules_reference() -> str:
    """Markdown of every registered rule, pack by pack."""
    return "\n".join(line for pack, rules in PACKS.items() for line in _pack(pack, rules)).strip() + "\n"


def with_rules(page: str) -> str:
    """The page with the rules as they are now between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{rules_reference()}\n{END}{after}"


def _pack(name: str, rules: Iterable[Rule]) -> Iterable[str]:
    yield f"### Pack {name}"
    last = ""
    for rule in rules:
        yield ""
        if rule.id != last:
            yield f"#### {rule.id}"
            yield ""
        last = rule.id
        yield f"**{rule.title}**" + (f" ({rule.part})" if rule.part else "") + f" · {_facts(rule)}"
        yield ""
        yield f"Source: {rule.source}. {_held(rule)}"
        yield ""
        yield from _more(rule)
        yield from (f"- {'passes' if vector.passes else 'objects'}: {vector.says}" for vector in rule.vectors)


def _held(rule: Rule) -> str:
    if rule.checked is None:
        return f"Not held against the text yet. {rule.unchecked}".strip()
    return f"Held against {rule.checked}." if rule.checked.on else "A rule of the house."


def _facts(rule: Rule) -> str:
    words = [
        f"verdict `{rule.verdict}`" if rule.judged else "**not evaluated yet**",
        f"check `{rule.group}`",
        "can be waived" if rule.waivable else "cannot be waived",
        *([_upheld(rule)] if rule.upheld_by else []),
    ]
    words += [f"needs {', '.join(map(_need, sorted(rule.needs)))}"] if rule.needs else []
    words += [f"due in {rule.days} days"] if rule.verdict is Verdict.TASK else []
    words += [f"from {rule.effective_from.isoformat()}"] if rule.effective_from != date.min else []
    words += [f"version {rule.version}"] if rule.version != 1 else []
    return ", ".join(words)


def _more(rule: Rule) -> Iterable[str]:
    said = {"Applies to": rule.condition, "Looks at": ", ".join(rule.inputs), "Remedy": rule.remedy}
    for head, text in said.items():
        if text:
            yield f"{head}: {text.rstrip('.')}."
            yield ""


def _upheld(rule: Rule) -> str:
    if rule.shared:
        return f"judged by {rule.upheld_by}"
    return f"upheld by `{rule.upheld_by}`" if rule.upheld is Upheld.PLATFORM else "attested by a person"


def _need(need: Need | Control) -> str:
    known = "" if need in GATHERED else ", which this release does not gather"
    return f"a probe of `{need}`{known}" if isinstance(need, Control) else f"`{need}`{known}"


if __name__ == "__main__":
    import sys

    page = Path(sys.argv[1])
    page.write_text(with_rules(page.read_text(encoding="utf-8")), encoding="utf-8")
