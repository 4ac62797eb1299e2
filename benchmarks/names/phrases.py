"""Everyday sentences, small words and place names of many languages, from the message catalogs (gettext) that are installed on the machine.

They are the texts without people: what a sentence begins with, what a language writes large. Where no catalog is installed, training does
without them, and says so.
"""

from __future__ import annotations

import gettext
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from random import Random

from babel import Locale, UnknownLocaleError

ROOTS = (Path("/usr/share/locale"), Path("/usr/local/share/locale"))
SENTENCES = ("gtk30", "glib20", "coreutils", "apt", "dpkg", "PackageKit", "system-config-printer", "software-properties", "appstream", "at-spi2-core", "wget", "grep", "libsecret", "avahi", "python-apt", "notification-daemon", "gsettings-desktop-schemas", "Linux-PAM", "gstreamer-1.0", "shared-mime-info")  # fmt: skip
PLACES = ("iso_3166-1", "iso_3166-2")
MOST = 4000
_CODE = re.compile(r"^([a-z]{2,3})(?:[_@.].*)?$")


@lru_cache
def catalogs(code: str, names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Messages of a language: as written by the programs, and as translated."""
    found: dict[str, str] = {}
    for root in ROOTS:
        for path in sorted(root.glob("*/LC_MESSAGES/*.mo")) if root.is_dir() else ():
            match = _CODE.match(path.parent.parent.name)
            if not match or path.stem not in names or ({"nb": "no", "nn": "no"}.get(match[1], match[1]) != code and code != "en"):
                continue
            if code == "en" and match[1] not in ("de", "fr"):
                continue
            try:
                with path.open("rb") as stream:
                    entries = gettext.GNUTranslations(stream)._catalog  # type: ignore[attr-defined]
            except (OSError, UnicodeDecodeError, ValueError):
                continue
            found |= {
                key: (key if code == "en" else text)
                for key, text in entries.items()
                if isinstance(key, str) and isinstance(text, str) and key
            }
    return tuple(found.items())


@lru_cache
def sentences(code: str) -> tuple[str, ...]:
    """Texts without people."""
    texts = (text.replace("_", "").strip() for _, text in catalogs(code, SENTENCES))
    good = sorted(
        {
            re.sub(r"\s+", " ", text)
            for text in texts
            if 8 <= len(text) <= 160 and not re.search(r"[%<>{}\\@|]|[Tt]ransl|\b[Cc]opyright|--", text)
        }
    )
    return tuple(Random(5).sample(good, min(MOST, len(good))))


@lru_cache
def places(code: str) -> tuple[str, ...]:
    """Countries and regions by their name in that language."""
    return tuple(sorted({text for _, text in catalogs(code, PLACES) if 2 < len(text) < 40 and "," not in text}))


@lru_cache
def calendar(code: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of months and of days of the week, in the forms that a language has for them."""
    try:
        locale = Locale.parse({"no": "nb", "tl": "fil"}.get(code, code))
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    forms = [(context, width) for context in ("format", "stand-alone") for width in ("wide", "wide", "abbreviated")]
    return tuple(
        tuple(name for context, width in forms for name in part[context][width].values()) for part in (locale.months, locale.days)
    )  # type: ignore[return-value]


def small_words(code: str) -> Iterator[str]:
    """Words that are written small in several messages."""
    seen: Counter[str] = Counter()
    for _, text in catalogs(code, SENTENCES):
        seen.update(set(re.findall(r"(?<![^\W\d_])[^\W\d_]{2,18}(?![^\W\d_])", text.replace("_", ""))))
    return (word for word, count in seen.items() if count >= 2 and word.islower())
