"""What is written large and is nobody: invented products and systems, headings, everyday words, identifiers of programs."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from random import Random

WORDS = Path(__file__).parent / "words"
_HEADS = ["ba", "be", "bi", "bo", "bra", "bri", "ca", "ce", "cle", "co", "cra", "cu", "da", "de", "di", "do", "dra", "e", "el", "fa", "fi", "flo", "fre", "ga", "ge", "gra", "ha", "hy", "i", "in", "ju", "ka", "ke", "kri", "la", "le", "li", "lo", "lu", "ma", "me", "mi", "mo", "na", "ne", "ni", "no", "o", "om", "or", "pa", "pe", "phi", "pla", "po", "pri", "qua", "qui", "ra", "re", "ri", "ro", "sa", "se", "sha", "si", "so", "sta", "stra", "su", "sy", "ta", "te", "ti", "to", "tra", "tri", "u", "ul", "va", "ve", "vi", "vo", "xe", "ya", "ze", "zi", "zo"]  # fmt: skip
_MIDDLES = ["ba", "be", "ca", "da", "de", "di", "do", "fi", "ga", "go", "la", "le", "li", "lo", "lu", "ma", "me", "mi", "mo", "na", "ne", "ni", "no", "pa", "pi", "po", "ra", "re", "ri", "ro", "sa", "se", "si", "so", "ta", "te", "ti", "to", "tra", "va", "ve", "vi", "vo", "xi", "za", "ze", "zo"]  # fmt: skip
_ENDS = ["bit", "cast", "core", "cy", "dex", "dia", "do", "flow", "form", "gen", "go", "grid", "ia", "ify", "io", "ion", "is", "ium", "ix", "ka", "la", "lab", "lex", "ly", "ma", "mix", "na", "net", "nix", "no", "nt", "on", "onix", "or", "ora", "os", "ox", "pad", "pay", "ra", "ro", "ry", "rx", "sense", "set", "sis", "soft", "sync", "ta", "tec", "ter", "tex", "tia", "to", "tra", "tris", "tron", "um", "us", "va", "ve", "vex", "via", "via", "view", "vo", "wave", "wise", "x", "xa", "xo", "zen"]  # fmt: skip
_TAILS = ("", "", "", "", "", " Pro", " Cloud", " One", " Go", " Plus", " Suite", " OS", " Desktop", " Mini", "DB", ".io", " AI", "-X", " Q4", " 3", " 365", " XL")  # fmt: skip


@lru_cache
def words(code: str) -> tuple[str, ...]:
    """Everyday words of our own writing down; English where a language has no list."""
    path = WORDS / f"{code}.txt"
    return tuple(path.read_text(encoding="utf-8").split()) if path.exists() else words("en")


@lru_cache
def nouns(code: str) -> tuple[str, ...]:
    """Those of a language that writes its nouns large."""
    return tuple(word for word in words(code) if word[0].isupper())


def invented(random: Random) -> str:
    """A name that no person has: `Velitron`, `Quaris Cloud`, `Loridex 3`."""
    name = (
        random.choice(_HEADS) + "".join(random.choice(_MIDDLES) for _ in range(random.choice((0, 1, 1)))) + random.choice(_ENDS)
    )
    if random.random() < 0.2:
        name = random.choice(words("en")) + random.choice(("", "", random.choice(words("en")), random.choice(_ENDS)))
    second = f" {random.choice(words('en')).capitalize()}" if random.random() < 0.12 else ""
    return name[0].upper() + name[1:] + second + random.choice(_TAILS)


def heading(random: Random, code: str) -> str:
    """Some everyday words, each written large."""
    known = words(code)
    some = [random.choice(known) for _ in range(random.choice((2, 2, 3, 3, 4, 5)))]
    if len(some) > 2 and random.random() < 0.3:
        some[1] = random.choice(("and", "of", "for", "&", "with", "to"))
    return " ".join(
        word if word in ("and", "of", "for", "&", "with", "to") and random.random() < 0.8 else word.capitalize() for word in some
    )


def identifier(random: Random) -> str:
    """A word of a program."""
    some = [random.choice(words("en")) for _ in range(random.choice((1, 2, 2, 3)))]
    roll = random.random()
    if roll < 0.3:
        return "".join(word.capitalize() for word in some)
    if roll < 0.5:
        return "_".join(some)
    if roll < 0.65:
        return "-".join(some)
    if roll < 0.8:
        return some[0] + "".join(word.capitalize() for word in some[1:])
    return "_".join(some).upper()
