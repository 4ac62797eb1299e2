"""Train `mesh_platform/classify/wording.npz`: what a short text reads like.

Names, firms, towns, streets and jobs come from faker's locales (MIT) at training time, illnesses and things from the lists here and in
`mesh_platform/classify/lexicon.py`. A tenth of the locales is kept away from training, and the accuracy on them is printed.
Run: `python -m benchmarks.columns.train_wording`.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator

import numpy as np
from faker import Faker
from faker.config import AVAILABLE_LOCALES

from benchmarks.columns.lists import ADJECTIVES, FOREIGN, KINDS, LEVELS, NOUNS, PRIZES, STATES, UNITS, VERBS
from mesh_platform.classify.lexicon import CONDITIONS, MEDICINES
from mesh_platform.classify.wording import BITS, READINGS, WEIGHTS, features

PER_LOCALE = 400
HELD_AWAY = {"sv_SE", "hr_HR", "zh_TW", "es_CO", "sl_SI", "pt_PT", "ar_EG", "en_NZ"}
RARE = ("ja_JP", "ko_KR", "zh_CN", "th_TH", "he_IL", "hi_IN", "ka_GE", "hy_AM", "el_GR", "fa_IR", "ar_SA", "bn_BD")
"""Scripts that few locales write are sampled more often."""


def people(fake: Faker) -> Iterator[str]:
    first, last = fake.first_name(), fake.last_name()
    yield from (
        first,
        last,
        f"{first} {last}",
        f"{last}, {first}",
        f"{last.upper()}, {first}",
        f"{first} {last}".upper(),
        f"{last} {first}",
        f"{first} {fake.first_name()} {last}",
    )
    initial = fake.random_uppercase_letter()
    yield from (
        f"{first[0]}. {last}",
        fake.name(),
        f"{first} {initial}. {last}",
        f"{first}-{fake.first_name()} {last}",
        f"{first} {last}-{fake.last_name()}",
        f"{last} {first[0]}",
        f"{last.upper()} {first}",
        f"{last}, {first[0]}.",
        f"{last}; {first}",
        f"{last}, {first} {initial}.",
        f"{first} {last}".lower(),
        f"{fake.prefix()} {first} {last}",
    )


def handles(fake: Faker) -> Iterator[str]:
    yield fake.user_name()
    yield from (
        f"{fake.user_name()}{random.randint(1, 99)}",
        f"{fake.user_name()}_{random.choice(NOUNS)}",
        fake.user_name().replace(".", "_"),
    )


def things(fake: Faker) -> Iterator[str]:
    name = random.choice([fake.first_name(), fake.last_name(), fake.city()])
    noun, kind, prize = random.choice(NOUNS), random.choice(KINDS), random.choice(PRIZES)
    yield from (
        f"{name} {noun.title()}",
        f"{name} {kind}",
        f"{name} {prize.title()}",
        f"{random.choice(ADJECTIVES).title()} {noun}",
        f"{noun} {random.randint(1, 99)}",
    )
    yield from (
        f"{random.choice(FOREIGN).title()} {name}",
        random.choice(FOREIGN),
        f"{fake.last_name()}'s {kind}",
        f"{random.choice(ADJECTIVES).title()} {name} {noun.title()}",
    )


def words(fake: Faker) -> Iterator[str]:
    yield from (
        random.choice(STATES),
        " ".join(random.sample(STATES, 2)),
        random.choice(STATES).title(),
        fake.word(),
        fake.sentence(nb_words=5),
        f"{fake.word()}_{fake.word()}",
        f"{random.choice(STATES)} {fake.word()}",
        fake.word().title(),
        " ".join(fake.words(2)),
        f"{random.choice(STATES)}-{random.choice(NOUNS)}",
        f"{random.choice(LEVELS)} {random.choice(NOUNS)} {random.randint(1, 9999)} {random.choice(VERBS)} in {random.randint(1, 999)} {random.choice(UNITS)}",
        f"{fake.date()} {fake.time()} {random.choice(NOUNS)}-{random.randint(1, 99)} {random.choice(VERBS)}, {random.randint(1, 9999)} {random.choice(UNITS)}",
        f"{random.choice(NOUNS).title()} {random.randint(1, 40)}, {random.choice(STATES)} {random.randint(1, 99)}",
        f"{random.choice(STATES)} {random.randint(1, 500)} {random.choice(UNITS)}",
    )


def illnesses() -> Iterator[str]:
    stem = random.choice(CONDITIONS)
    medicine = random.choice(MEDICINES)
    yield from (
        stem,
        stem.title(),
        stem.capitalize(),
        f"{stem} {random.choice(['type 1', 'type 2', 'acute', 'chronic', 'mild', 'severe', 'unspecified'])}",
    )
    yield from (
        medicine,
        f"{medicine} {random.choice([5, 10, 20, 25, 40, 50, 100, 250, 500])}mg",
        f"{medicine.title()} {random.choice([5, 10, 20, 50])} mg",
    )


def samples(locale: str, count: int) -> Iterator[tuple[str, str]]:
    fake = Faker(locale)
    latin = Faker("en_US")

    def safely(make: object) -> list[str]:
        try:
            return [str(v) for v in make()]  # type: ignore[operator]
        except Exception:  # noqa: BLE001 - a locale without such a provider gives none
            return []

    for _ in range(count // 8):
        for reading, make in (
            ("person", lambda: people(fake)),
            ("firm", lambda: [fake.company(), fake.company()]),
            ("place", lambda: [fake.city(), fake.city(), fake.country()]),
            (
                "street",
                lambda: [fake.street_address(), fake.street_name(), fake.address().replace("\n", ", "), fake.street_address()],
            ),
            ("job", lambda: [fake.job(), fake.job()]),
            ("thing", lambda: things(random.choice([fake, latin]))),
            ("words", lambda: words(random.choice([fake, latin]))),
            ("handle", lambda: handles(fake)),
            ("illness", illnesses),
        ):
            for value in safely(make):
                yield reading, value


def matrix(rows: list[tuple[str, str]]) -> tuple[list[list[int]], np.ndarray]:
    return [features(value) for _, value in rows], np.array([READINGS.index(reading) for reading, _ in rows])


def train(rows: list[tuple[str, str]], epochs: int = 6, rate: float = 0.6) -> tuple[np.ndarray, np.ndarray]:
    x, y = matrix(rows)
    weights, bias = np.zeros((1 << BITS, len(READINGS)), np.float32), np.zeros(len(READINGS), np.float32)
    grad2 = np.full_like(weights, 1e-2)
    share = np.bincount(y, minlength=len(READINGS)) / len(y)
    balance = np.clip(1 / (len(READINGS) * share), 0.3, 3)
    order = np.arange(len(x))
    for epoch in range(epochs):
        np.random.default_rng(epoch).shuffle(order)
        for start in range(0, len(order), 256):
            batch = order[start : start + 256]
            flat = np.concatenate([np.asarray(x[i]) for i in batch])
            lengths = np.array([len(x[i]) for i in batch])
            owner = np.repeat(np.arange(len(batch)), lengths)
            norm = 1 / np.sqrt(np.maximum(lengths, 1))
            logits = np.add.reduceat(weights[flat], np.concatenate([[0], np.cumsum(lengths)[:-1]]), axis=0) * norm[:, None] + bias
            odds = np.exp(logits - logits.max(axis=1, keepdims=True))
            odds /= odds.sum(axis=1, keepdims=True)
            odds[np.arange(len(batch)), y[batch]] -= 1
            odds *= balance[y[batch]][:, None]
            unique, inverse = np.unique(flat, return_inverse=True)
            step = np.zeros((len(unique), len(READINGS)), np.float32)
            np.add.at(step, inverse, (odds * norm[:, None])[owner])
            step += 1e-3 * weights[unique]
            grad2[unique] += step**2
            weights[unique] -= rate * step / np.sqrt(grad2[unique])
            bias -= rate * 0.02 * odds.mean(axis=0)
    return weights, bias


def main() -> None:
    random.seed(7)
    Faker.seed(7)
    locales = [locale for locale in AVAILABLE_LOCALES if "_" in locale]
    rows = sorted(
        {
            row
            for locale in locales
            if locale not in HELD_AWAY
            for row in samples(locale, (int(sys.argv[1]) if len(sys.argv) > 1 else PER_LOCALE) * (3 if locale in RARE else 1))
        }
    )
    away = sorted({row for locale in HELD_AWAY for row in samples(locale, PER_LOCALE // 2)})
    weights, bias = train(rows)
    scale = float(np.abs(weights).max() / 127)
    np.savez_compressed(
        WEIGHTS, weights=np.round(weights / scale).astype(np.int8), bias=bias.astype(np.float32), scale=np.float32(scale)
    )
    x, y = matrix(away)
    guess = np.array([int((weights[f].sum(axis=0) / np.sqrt(max(len(f), 1)) + bias).argmax()) for f in x])
    print(f"{len(rows):,} values of {len(locales) - len(HELD_AWAY)} locales; on {len(away):,} values of the held-away ones:")
    for i, reading in enumerate(READINGS):
        mine = y == i
        told = guess == i
        print(
            f"  {reading:8} recall {np.mean(guess[mine] == i):.3f}  precision {np.mean(y[told] == i) if told.any() else 0:.3f}  n {mine.sum()}"
        )


if __name__ == "__main__":
    main()
