"""A key is set, and not another character of the file changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.product.yaml_edit import CannotEdit, with_keys
from mesh_platform.product.yaml_file import parse_yaml

AT = ("dataProduct", "columns", "email")
RAISED = {"sensitivity": "confidential", "category": "user.contact.email"}


def edited(text: str, **keys: str) -> str:
    return with_keys(text, AT, keys or RAISED)


def test_a_column_on_one_line_keeps_its_comment_and_its_order() -> None:
    text = "dataProduct:\n  columns:\n    email: {sensitivity: internal, type: string}  # the buyer's\n    n: {type: integer}\n"
    assert edited(text) == text.replace("internal, type: string", "confidential, type: string, category: user.contact.email")


def test_a_column_of_several_lines_gets_a_line_behind_its_label() -> None:
    text = "dataProduct:\n  columns:\n    email:\n      type: string\n      # to be looked at\n      sensitivity: 'internal'   # why\n\n    n: {type: integer}\n"
    said = "sensitivity: confidential   # why\n      category: user.contact.email\n"
    assert edited(text) == text.replace("sensitivity: 'internal'   # why\n", said)


def test_a_column_without_a_label_gets_one() -> None:
    text = "dataProduct:\n  columns:\n    email:\n      type: string\n      description: |\n        two\n        lines\n"
    assert edited(text, sensitivity="restricted") == text.replace(
        "type: string\n", "type: string\n      sensitivity: restricted\n"
    )


def test_line_ends_of_windows_and_a_last_line_without_an_end_stay() -> None:
    assert edited("dataProduct:\r\n  columns:\r\n    email:\r\n      type: string\r\n", sensitivity="internal").count("\r\n") == 5
    assert edited("dataProduct: {columns: {email: {type: string}}}", sensitivity="internal").endswith("sensitivity: internal}}}")


def test_what_stands_there_already_is_left_alone() -> None:
    text = 'dataProduct: {columns: {email: {"sensitivity": "confidential", category: user.contact.email}}}'
    assert edited(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "dataProduct:\n  columns:\n    other: &c {type: string}\n    email: *c\n",
        "dataProduct:\n  columns:\n    email: {type: string, sensitivity: &s internal}\n    other: {sensitivity: *s}\n",
        "dataProduct:\n  columns:\n    email: {type: string, sensitivity: >-\n          internal}\n",
        "dataProduct:\n  columns:\n    mail: {type: string}\n",
        "dataProduct:\n  columns: [email]\n",
    ],
    ids=["an alias", "an anchor that others use", "a folded text", "no such column", "a list"],
)
def test_what_cannot_be_set_without_touching_more_is_refused(text: str) -> None:
    with pytest.raises(CannotEdit):
        edited(text)


COLUMN = st.fixed_dictionaries(
    {"type": st.just("string")},
    optional={
        "sensitivity": st.sampled_from(["public", "'internal'", '"confidential"']),
        "description": st.sampled_from(["a: b", "é, {x}", "#"]),
    },
)


@given(COLUMN, st.booleans(), st.sampled_from(["", "  # said", "\n"]))
def test_the_file_says_the_new_keys_and_all_that_it_said_before(column: dict[str, str], flow: bool, tail: str) -> None:
    parts = {key: value if key != "description" else f"'{value}'" for key, value in column.items()}
    if flow:
        body = "{" + ", ".join(f"{key}: {value}" for key, value in parts.items()) + "}" + tail
    else:
        body = "".join(f"\n      {key}: {value}{tail}" for key, value in parts.items())
    text = f"dataProduct:\n  columns:\n    email: {body}\n    n: {{type: integer}}\n"
    before, after = (parse_yaml(one, "x").data["dataProduct"]["columns"] for one in (text, edited(text)))
    assert after == {**before, "email": {**before["email"], **RAISED}}
