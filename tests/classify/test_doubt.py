"""What a finding rests on, what shape values have, and what a model of the site makes of people's labels."""

from __future__ import annotations

import ast
import random
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from mesh_platform.classify import doubt
from mesh_platform.classify.shape import drift, moved_kinds, opaque, shape
from mesh_platform.classify.site_model import Example, Model, built_in, compared, cross_validated, enough, fit, surprise

PACKAGE = Path(doubt.__file__).parents[1]


def reasons() -> Iterator[str]:
    """The reasons that the scanner's rules give, as their code words them."""
    for path in [*(PACKAGE / "classify").glob("*.py"), *(PACKAGE / "classify/rules").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
            if isinstance(node, ast.Call) and name in ("tell", "Sign"):
                yield from (ast.unparse(part) for part in node.args[2:3] if isinstance(part, ast.Constant | ast.JoinedStr))


def test_every_reason_of_the_scanner_rests_on_something_known() -> None:
    found = set(reasons())
    assert len(found) > 30
    assert {why for why in found if doubt.family(why) == "other"} == set()


@pytest.mark.parametrize(
    ("why", "ground"),
    [
        ("98.2% of distinct values are: IBAN", "proven"),
        ("they stand in shop/customers.customer_id", "held"),
        ("they are sha256 hashes of shop/customers.email", "held"),
        ("all of values probed are base64; decoded, all of distinct values are: e-mail address", "decoded"),
        ("named as a person, and read as names (81.0%)", "named"),
        ("91.0% of distinct values stand in the vocabulary of health", "words"),
        ("12.0% of the texts read hold such spans", "read"),
        ("something that nobody foresaw", "other"),
    ],
)
def test_the_ground_of_a_finding_is_read_off_its_reason(why: str, ground: str) -> None:
    assert doubt.family(why) == ground


def test_a_proof_leaves_less_doubt_than_a_name_and_a_rare_one_more() -> None:
    assert doubt.doubt("proven", 1.0) < doubt.doubt("proven", 0.001) < doubt.doubt("named", 1.0) < doubt.doubt("other", 0.001)


def test_features_and_profiles_hold_numbers_and_no_value() -> None:
    numbers = shape([f"Ottilie Brandt {i}" for i in range(50)])
    found = doubt.features(numbers, ["PERSON"], "PERSON", "read", 0.5)
    assert all(isinstance(value, float) for value in found.values())
    assert not {"Ottilie", "Brandt"} & set(" ".join(found).split())


def test_of_a_few_values_nothing_is_told_but_their_number() -> None:
    assert shape(["hunter2", None, "swordfish", ""]) == {"values": 2.0, "filled": 0.5}
    assert "length" in shape(["hunter2"] * 5)


def test_random_tokens_are_opaque_and_codes_words_and_days_are_not() -> None:
    chance = random.Random(3)
    assert opaque(shape([str(uuid.UUID(int=chance.getrandbits(128))) for _ in range(100)]))
    assert opaque(shape([f"{chance.getrandbits(128):032x}" for _ in range(100)]))
    for values in (
        [f"ORDER-2026-{i:09d}" for i in range(100)],
        [f"2026-01-{1 + i % 28:02d}T10:{i % 60:02d}:00" for i in range(100)],
        ["Lisbon", "Porto", "Coimbra"] * 40,
        [f"{chance.getrandbits(128):032x}" for _ in range(10)],
        [],
    ):
        assert not opaque(shape(values))


def test_values_of_another_sort_or_length_are_told_and_the_same_are_not() -> None:
    towns, chance = ["Lisbon", "Porto", "Coimbra", "Braga"] * 25, random.Random(5)
    numbers = [str(chance.randrange(10**5, 10**6)) for _ in range(100)]
    assert drift(shape(towns), shape(chance.sample(towns, 80))) == ()
    assert "of another sort" in drift(shape(towns), shape(numbers))[0]
    assert "characters in the mean" in drift(shape(towns), shape([town * 4 for town in towns]))[0]
    assert drift(shape(towns[:5]), shape(numbers)) == ()
    assert moved_kinds({"EMAIL": 0.1}, {"EMAIL": 0.5, "PHONE": 0.05}) == ("EMAIL in 50% of the rows instead of 10%",)


def labelled(n: int, seed: int = 1) -> list[Example]:
    """Labels of a site where names read in short values are wrong and those in long ones right."""
    chance = random.Random(seed)
    found = []
    for i in range(n):
        long = chance.random() < 0.5
        numbers = {"length": chance.uniform(40, 80) if long else chance.uniform(3, 9), "letters": chance.random()}
        found.append(Example(f"p{i}", doubt.features(numbers, ["PERSON"], "PERSON", "read", chance.random()), long))
    return found


def test_a_model_learns_what_this_site_says_and_does_better_than_what_is_built_in() -> None:
    found = compared(labelled(80), None)
    assert found.labels == 80
    assert found.better
    assert found.new < 0.3 < found.present


def test_a_model_of_noise_is_not_better() -> None:
    chance = random.Random(11)
    noise = [Example(one.group, one.features, chance.random() < 0.45) for one in labelled(60)]
    assert not compared(noise, None).better


def test_a_prediction_sees_no_label_of_its_own_column() -> None:
    """All labels of one column say the contrary of the others; its predictions are those of the others."""
    odd = [Example("odd", one.features, not one.true) for one in labelled(20, seed=2)]
    said = cross_validated([*labelled(80), *odd])[80:]
    assert surprise(said, [one.true for one in odd]) > surprise(
        [built_in(one.features) for one in odd], [one.true for one in odd]
    )


def test_what_the_model_in_force_has_seen_is_left_out_of_the_comparison() -> None:
    old = [Example(one.group, one.features, one.true, fresh=False) for one in labelled(60)]
    assert compared([*old, *labelled(25, seed=9)], fit(old)).labels == 25


def test_a_model_comes_back_from_json_as_it_was() -> None:
    model = fit(labelled(60))
    assert Model.from_json(model.as_json()) == model
    assert 0 < model.probability({"a feature of another version": 1.0}) < 1


def test_too_few_labels_or_all_of_one_kind_are_not_enough() -> None:
    assert enough(labelled(80)) == ""
    assert "29 labels" in enough(labelled(29))
    assert "60 of them yes" in enough([Example(one.group, one.features, True) for one in labelled(60)])
