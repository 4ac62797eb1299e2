"""Train the tagger of names and addresses, and measure it on templates and names that it never saw.

    python -m benchmarks.names.train

Writes `names.crf` (weights), `names.npz` (hashed lists) and `names.json` (how it was trained, and how it did on the templates kept away).
"""

from __future__ import annotations

import argparse
import importlib
import json
import re
import sys
import sysconfig
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice, pairwise
from pathlib import Path
from random import Random
from zlib import crc32

import numpy as np
import pycrfsuite

from benchmarks.names import brands, grammar, likeness, own, phrases, things, wares
from benchmarks.names.generate import Example, Generator, bodies, held_out, read
from benchmarks.names.people import LOCALES, all_names
from benchmarks.names.values import Values
from mesh_platform.classify.texts.features import features
from mesh_platform.classify.texts.likeness import Weights
from mesh_platform.classify.texts.lists import NAMES, Hashes, Lists, pack, shy
from mesh_platform.classify.texts.tokens import tokens

HIDDEN = 40
"""Percent of names that the lists do not know during training and measurement."""
FORGET = 0.12
BOUNDS = (0.35, 0.45, 0.55, 0.65, 0.75, 0.85)


def everyday() -> set[str]:
    """Words that are written small: from Faker's lorem of each locale, the things of our own lists, and the comments of the standard library."""
    found: set[str] = {item.lower() for item in (*own.ITEMS, *own.FOREIGN_ITEMS)}
    found |= {word.lower() for words in wares.WARES.values() for word in words.split()}
    for path in things.WORDS.glob("*.txt"):
        found |= {word.lower() for word in things.words(path.stem)}
    for some in (*grammar.load()[0].values(), [text for _, text in grammar.load()[1]]):
        found |= {
            word for text in some if not grammar.away(text) for word in re.findall(r"(?<![{\w])[^\W\d_A-Z]{3,18}(?![}\w])", text)
        }
    for locale in {loc for locs in LOCALES.values() for loc in locs}:
        try:
            provider = importlib.import_module(f"faker.providers.lorem.{locale}").Provider
        except ImportError:
            continue
        found |= {word.lower() for word in provider.word_list if len(word) > 1}
    for code in LOCALES:
        found |= set(phrases.small_words(code))
    files: Counter[str] = Counter()
    for path in sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py")):
        files.update(set(re.findall(r"(?<=[ (])[a-z]{3,14}(?=[ ,.;:)])", path.read_text(encoding="utf-8", errors="replace"))))
    return found | {word for word, count in files.items() if count >= 4}


def cues() -> set[str]:
    """Words that at least two templates of training share; so no single template can be learnt by heart."""
    seen: Counter[str] = Counter()
    for text in (
        *(t.text for t in (*bodies(), *read("openings"), *read("closings"))),
        *(c for some in grammar.load()[0].values() for c in some),
    ):
        if not grammar.away(text):
            plain = re.sub(r"\{[A-Za-z]+\}", " ", text)
            seen.update({token.text.lower() for token in tokens(plain) if token.kind in ("word", "alone")})
    return {word for word, count in seen.items() if count >= 2}


def branded() -> set[str]:
    """Pairs of words that are a brand, and brands of one word that are nothing else."""
    others = {name.lower() for names in all_names() for name in names} | everyday()
    found = {name.lower() for name in (*own.BRANDS, *brands.NAMED) if re.fullmatch(r"[^\W\d_]+", name)} - others
    for name in (*brands.NAMED, *own.PLACES_IN_NAMES):
        words = [token.text.lower() for token in tokens(name) if token.kind == "word"]
        found |= {f"{a} {b}" for a, b in pairwise(words)}
    return found


def tables() -> dict[str, Hashes]:
    """The hashed lists."""
    given, family = all_names()
    values = Values(Random(3), pool=400)
    places = {values.pooled(code, what) for code in LOCALES for what in ("city", "country") for _ in range(900)}
    places |= {place for code in LOCALES for place in phrases.places(code)}
    parts = lambda names: {part for name in names for part in re.split(r"[\s'-]+", name) if len(part) > 1 or not part.isascii()}  # noqa: E731
    return {
        "given": pack(parts(given)),
        "family": pack(parts(family)),
        "place": pack(parts(places)),
        "common": pack(everyday()),
        "brand": pack(branded()),
        "cue": pack(cues()),
    }


def looks() -> tuple[Weights, float]:
    """What names look like, learnt from those that the lists do not hide."""
    given, family = all_names()
    parts = {part for name in (*given, *family) for part in re.split(r"[\s'-]+", name.lower()) if len(part) > 1}
    values = Values(Random(4), pool=400)
    others = everyday() | {
        word for name in (*brands.NAMED, *own.PLACES_IN_NAMES, *own.ORG_WORDS) for word in name.lower().split()
    }
    others |= {w.lower() for c in LOCALES for _ in range(300) for w in re.findall(r"[^\W\d_]+", values.pooled(c, "city"))}
    others |= {w.lower() for c in LOCALES for place in phrases.places(c) for w in re.findall(r"[^\W\d_]+", place)}
    seen = lambda words: {w for w in words if not shy(crc32(w.encode()), HIDDEN)}  # noqa: E731
    return likeness.fit(seen(parts), {w for w in others if len(w) > 1} - seen(parts))


def labels(example: Example) -> list[str]:
    found = []
    spans = iter(sorted(example.spans))
    span = next(spans, None)
    begun = False
    for token in tokens(example.text):
        while span and token.start >= span[1]:
            span, begun = next(spans, None), False
        if span and token.start >= span[0] and token.kind != "line":
            found.append(f"{'I' if begun else 'B'}-{span[2]}")
            begun = True
        else:
            found.append(f"I-{span[2]}" if span and begun and token.kind == "line" and token.end < span[1] else "O")
    return found


def train(examples: Iterable[Example], lists: Lists, out: Path, iterations: int, c1: float, c2: float) -> None:
    random = Random(7)
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    for example in examples:
        words = tokens(example.text)
        if words:
            forget = frozenset(i for i in range(len(words)) if random.random() < FORGET)
            trainer.append(features(words, lists, forget), labels(example))
    trainer.set_params(
        {"c1": c1, "c2": c2, "max_iterations": iterations, "feature.minfreq": 4, "feature.possible_transitions": True}
    )
    trainer.train(str(out))


def measure(out: Path, lists: Lists, held: Sequence[Example]) -> dict[str, dict[str, float]]:
    """What `held` gives at several bounds, with the names that the lists hide hidden still; false alarms: the share of texts without people."""
    from mesh_platform.classify.texts.tagger import Tagger

    tagger = Tagger(out.read_bytes(), lists)
    found: dict[str, dict[str, float]] = {}
    for least in BOUNDS:
        hit, gold, predicted = Counter[str](), Counter[str](), Counter[str]()
        clean = alarms = 0
        for example in held:
            want = {label: [(s, e) for s, e, lab in example.spans if lab == label] for label in ("PER", "ADR")}
            got = tagger.tag(example.text, {"PER": least, "ADR": least})
            for label, spans in want.items():
                hit[label] += sum(any(overlaps(w, (t.start, t.end)) for t in got if t.label == label) for w in spans)
                gold[label] += len(spans)
                predicted[label] += sum(t.label == label for t in got)
            clean += not any(want.values())
            alarms += bool(got) and not any(want.values())
        for label in ("PER", "ADR"):
            found[f"{label} {least}"] = {
                "recall": round(hit[label] / max(gold[label], 1), 4), "precision": round(hit[label] / max(predicted[label], 1), 4), "spans": gold[label],
            }  # fmt: skip
        found[f"clean {least}"] = {"false alarms": round(alarms / max(clean, 1), 4), "texts": clean}
    return found


def overlaps(a: tuple[int, int], b: tuple[int, int]) -> bool:
    both = min(a[1], b[1]) - max(a[0], b[0])
    return both >= 0.5 * (a[1] - a[0]) and both >= 0.5 * (b[1] - b[0])


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=30_000)
    parser.add_argument("--held", type=int, default=1_500)
    parser.add_argument("--iterations", type=int, default=65)
    parser.add_argument("--c1", type=float, default=0.4)
    parser.add_argument("--c2", type=float, default=0.02)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--lists", type=Path, help="take the lists from this file instead of making them anew")
    parser.add_argument("--out", type=Path, default=Path("mesh_platform/classify/texts"))
    asked = parser.parse_args(arguments)
    began = time.monotonic()
    if asked.lists:
        with np.load(asked.lists, allow_pickle=False) as kept:
            packed = {name: kept[name] for name in NAMES}
            weights, scale = kept["likeness"], float(kept["scale"])
    else:
        packed = tables()
        weights, scale = looks()
    np.savez_compressed(asked.out / "names.npz", allow_pickle=False, likeness=weights, scale=np.float64(scale), **packed)
    lists = Lists(packed, hidden=HIDDEN, likeness=(weights, scale))
    train(
        islice(Generator(asked.seed, held=False), asked.examples),
        lists,
        asked.out / "names.crf",
        asked.iterations,
        asked.c1,
        asked.c2,
    )
    held = measure(asked.out / "names.crf", lists, list(islice(Generator(asked.seed + 1, held=True), asked.held)))
    everything = [*bodies(), *read("openings"), *read("closings")]
    card = {
        "examples": asked.examples, "templates": len(everything), "templates kept away": sum(map(held_out, everything)), "languages": len(LOCALES), "names hidden from the lists (%)": HIDDEN,
        "given names": int(packed["given"].size), "family names": int(packed["family"].size), "c1": asked.c1, "c2": asked.c2, "iterations": asked.iterations, "seed": asked.seed,
        "bytes": (asked.out / "names.crf").stat().st_size + (asked.out / "names.npz").stat().st_size, "on the templates kept away": held,
    }  # fmt: skip
    (asked.out / "names.json").write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(card, indent=1), f"{time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
