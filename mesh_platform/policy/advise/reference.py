"""The page of the decision trees, written from the trees themselves: `python -m mesh_platform.policy.advise.reference FILE`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mesh_platform.policy.advise.trees import TREES
from mesh_platform.policy.advise.values import Tree

_HEAD = """# Decision trees

`mesh advise TREE DOMAIN/PRODUCT[.COLUMN]` walks one of these on a real product: what the mesh knows it answers by itself, the rest it asks, or takes from
`--answer QUESTION=OPTION`. It ends with what to write into `product.yaml`, or with a command, and holds that against the gate before it says so. None of this is legal advice: it is the
order in which the questions stand.
"""


def page() -> str:
    """Markdown of every tree."""
    return "\n".join([_HEAD, *(line for tree in TREES.values() for line in _tree(tree))]).rstrip() + "\n"


def _tree(tree: Tree) -> Iterator[str]:
    yield f"## {tree.title}"
    yield ""
    given = "".join(f" --{name} …" for name in tree.needs if name != "column")
    yield f"`mesh advise {tree.name} DOMAIN/PRODUCT{'.COLUMN' if 'column' in tree.needs else ''}{given}`"
    yield ""
    for name, question in tree.questions.items():
        by = f" Answered by {question.by}, where that tells." if question.by else ""
        yield f"**{name}**: {question.asks}{by}"
        yield ""
        for option, one in question.options.items():
            where = f"**{one.to}**" if one.to in tree.questions else f"*{one.to}*"
            yield f"- `{option}`: {one.words.rstrip('.')} → {where}"
        yield ""
    yield "Ends:"
    yield ""
    for name, end in tree.ends.items():
        says = end.says.format(
            product="the product", domain="its domain", column="the column", purpose="the purpose", to="them", region="the region"
        )
        yield f"- *{name}*: {says}"
    yield ""


if __name__ == "__main__":
    import sys

    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
