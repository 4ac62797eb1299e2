"""Reads are judged by the bytes of a whole page at once; what is left out unread is nothing that reading every record would have told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.audit import Act, Phase, What
from mesh_platform.audit.leaf import Record, Who, decoded, new_eid
from mesh_platform.subjects.asked import Meant, Reads

MEANT = {
    "shop/letters": Meant({"email", "town"}, {"email"}),
    "shop/towns": Meant({"town"}, set()),
    "office/people": Meant({"mail"}, {"mail"}),
}
AWKWARD = (
    '],"product":"shop/letters@',
    "],",
    "a,",
    '"',
    "\\",
    "\n",
    '"phase":"intent"',
    '"parent":"',
    "]",
    "[",
    "é",
    "email",
    "town",
)
NAMES = st.sampled_from(["email", "town", "mail", "gone"]) | st.lists(st.sampled_from(AWKWARD), min_size=1, max_size=4).map(
    "".join
)
PRODUCTS = st.sampled_from([*MEANT, "shop/unknown", 'a"b/c', "office/é"])
WHO = Who("0123", role="consumer", purpose="service")


def asked() -> Reads:
    return Reads("email", MEANT, lambda domain: domain != "office")


@st.composite
def reads(draw: st.DrawFn) -> list[bytes]:
    """A read's beginning, perhaps how it ended, and perhaps a record of something else."""
    product, fields = draw(PRODUCTS), tuple(draw(st.lists(NAMES, max_size=4)))
    about = What(f"{product}@1.0.0", what="contract", fields=fields, masked=fields[:1], policy="0a", under=("c-1",))
    eid = new_eid()
    act = draw(st.sampled_from([Act.READ, Act.READ, Act.GATE]))
    made = [Record(eid, 1, act, Phase.INTENT, WHO, about, "allow").encoded()]
    if phase := draw(st.sampled_from([None, Phase.DONE, Phase.DONE, Phase.FAILED])):
        made.append(Record(new_eid(), 2, Act.READ, phase, WHO, What(about.product), n=3, parent=eid).encoded())
    if draw(st.booleans()):
        made.append(Record(new_eid(), 3, Act.READ, Phase.DENIED, WHO, about, "deny").encoded())
    return made


REWRITTEN: list[Callable[[bytes], bytes]] = [
    lambda body: body,
    lambda body: body.replace(b',"obj"', b',\n"obj"'),
    lambda body: body.replace(b'"phase":', b'"phase": '),
    lambda body: body.replace(b'"fields":', b'"fields" :'),
    lambda body: body.replace(b'"intent"', b'"int\\u0065nt"'),
    lambda body: json.dumps(dict(reversed(json.loads(body).items())), separators=(",", ":")).encode(),
    lambda body: b"\xff not a record",
]


def told(pages: Iterable[Sequence[bytes]], keep: Callable[[Sequence[bytes]], Iterable[int]]) -> list[tuple[object, object]]:
    """Beginnings of what was asked about, and the ends of these."""
    judge, found, begun = asked(), list[tuple[object, object]](), set[object]()
    for page in pages:
        for said in (decoded(page[i]) for i in keep(page)):
            obj = said.get("obj", {})
            if said.get("act") != "read":
                continue
            if said["phase"] == "intent" and judge.columns(obj["product"].partition("@")[0], obj.get("fields", ())):
                found.append(("begun", said["eid"]))
                begun.add(said["eid"])
            elif said["phase"] == "done" and said.get("parent") in begun:
                found.append(("done", said["parent"]))
    return found


@given(st.lists(reads(), max_size=12), st.integers(1, 9), st.data())
def test_what_is_left_out_unread_is_nothing_that_was_asked_about(made: list[list[bytes]], size: int, data: st.DataObject) -> None:
    bodies = [body for one in made for body in one]
    for _ in range(data.draw(st.integers(0, 2)) if bodies else 0):
        at = data.draw(st.integers(0, len(bodies) - 1))
        bodies[at] = data.draw(st.sampled_from(REWRITTEN))(bodies[at])
    pages = [bodies[i : i + size] for i in range(0, len(bodies), size)]
    assert told(pages, asked().keep) == told(pages, lambda page: range(len(page)))


@pytest.mark.parametrize(("product", "fields", "kept"), [
    ("shop/letters", ("email",), True),
    ("shop/letters", ("town",), False),
    ("shop/letters", ("renamed since",), True),
    ("shop/towns", ("town",), False),
    ("shop/gone", ("anything",), True),
    ("office/people", ("email",), False),
    ("shop/letters", ("town", 'x],"product":"shop/gone@1"'), True),
])  # fmt: skip
def test_a_page_as_the_platform_writes_it_is_read_no_further_than_needed(
    product: str, fields: tuple[str, ...], kept: bool
) -> None:
    eid = new_eid()
    begun = Record(eid, 1, Act.READ, Phase.INTENT, WHO, What(f"{product}@1.0.0", fields=fields), "allow").encoded()
    ended = Record(new_eid(), 2, Act.READ, Phase.DONE, WHO, What(f"{product}@1.0.0"), n=1, parent=eid).encoded()
    other = Record(new_eid(), 2, Act.READ, Phase.DONE, WHO, What(f"{product}@1.0.0"), n=1, parent=new_eid()).encoded()
    assert [*asked().keep([other, begun, other, ended])] == ([1, 3] if kept else [])
    one_by_one = asked()
    assert [i for page in ([begun], [other], [ended]) for i in one_by_one.keep(page)] == ([0, 0] if kept else [])
