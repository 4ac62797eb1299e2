"""The values that fill templates: people of many languages, addresses, companies, products, places; from Faker's locales, own lists and chains.

`draw(slot, language)` gives pieces: text with its label (PER, ADR, ORG, LOC, PRD, or none). Nothing is random but by the `Random` handed in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random
from typing import NamedTuple

from faker import Faker

from benchmarks.names import bearers, brands, native, own, phrases, things, wares
from benchmarks.names.people import GLUED, LAST_FIRST, LATIN, LOCALES, OTHER, Chain, all_names, own_last, plain, provider_names
from benchmarks.names.streets import STREET_WORDS, STREETS
from mesh_platform.classify.texts.cues import CLASSES


class Piece(NamedTuple):
    """A part of a text and what it is."""

    text: str
    label: str = ""


TITLES = {
    "en": "Mr. Mrs. Ms. Mr Mrs Ms Miss Dr. Dr Prof. Professor Sir Doctor", "de": "Herr Frau Dr. Prof. Herrn", "fr": "M. Mme Monsieur Madame Dr Me", "es": "Sr. Sra. Don Doña Dr. Dra.",
    "it": "Sig. Sig.ra Signora Dott. Dott.ssa Avv.", "pt": "Sr. Sra. Dr. Dra. Dona Eng.", "nl": "dhr. mevr. mw. dr. meneer mevrouw", "pl": "Pan Pani dr", "sv": "Herr Fru dr", "da": "hr. fru dr.",
    "no": "herr fru dr.", "fi": "tri herra rouva", "cs": "pan paní MUDr. Ing.", "sk": "pán pani MUDr.", "hu": "Dr.", "ro": "dl. dna. dr.", "hr": "gosp. gđa dr.", "sl": "g. ga. dr.", "tr": "Dr. Sayın",
    "ru": "доктор г-н г-жа врач", "uk": "пан пані", "bg": "г-н г-жа", "el": "κ. κα", "ar": "الدكتور السيد السيدة", "he": 'ד"ר מר גב\'', "fa": "دکتر", "id": "Bapak Ibu dr.", "hi": "डॉ.", "vi": "bác sĩ",
}  # fmt: skip
ENDINGS = {
    "pl": "a owi em y ie ą ę iem u", "cs": "a ovi em u y ou i", "sk": "a ovi om u y ou e", "ru": "а у ом ой е ы ым", "uk": "а у ом ою і ові ем", "hr": "a u om e i", "fi": "lle lta n a ssa", "hu": "nak t val tól", "tr": "'nin 'e 'den 'ya 'un",
    "ro": "ei lui ului", "lt": "o ui ą ės ai", "et": "le lt ga", "bg": "а", "no": "s", "sv": "s", "da": "s", "de": "s", "nl": "s", "en": "'s ’s",
}  # fmt: skip
"""Endings of cases, as far as they can be hung on any name."""
KINDS_OF_FILE = ["contract", "Contract", "Lebenslauf", "resume", "Resume", "invoice", "payslip", "offer", "letter", "photo", "scan", "IMG", "application", "Bewerbung", "passport_copy", "diploma", "Zeugnis", "Arbeitsvertrag", "CV", "curriculum", "foto", "contrato", "factura", "facture", "bulletin", "certificat", "Vertrag", "Rechnung", "badge", "id_card", "reference", "signed", "form", "umowa", "faktura", "avtal", "kontrakt", "contratto", "busta_paga", "recibo", "medical_report", "review"]  # fmt: skip


def firm(name: str) -> bool:
    """Whether a company's name says that it is one."""
    words = {word.lower().strip(".,") for word in name.split()}
    return bool(re.search(r"[&\d«»„“()-]| (?:and|und|et|y|e|i|og|och|ja) ", name)) or any(
        {"org", "trade"} & set(CLASSES.get(word, ())) for word in words
    )


class Values:
    """Draws values for slots, all from one `Random`."""

    def __init__(self, random: Random, pool: int = 150) -> None:
        self.random = random
        self.pool = pool
        self._pools: dict[tuple[str, str], list[str]] = {}
        self._chains: dict[str, Chain] = {}
        given, family = all_names()
        self._words = [w for w in (*given, *family) if w.isascii() and w.isalpha()]
        self._slots: dict[str, Callable[[str], list[Piece]]] = {
            "P": self.person, "N": lambda code: self.full(code), "F": lambda code: [Piece(self.first(code), "PER")], "L": lambda code: [Piece(self.last(code), "PER")],
            "T": self.titled, "LF": lambda code: [Piece(f"{self.last(code)}, {self.first(code)}", "PER")], "NQ": self.query_name, "G": self.product, "O": self.company, "C": self.city,
            "K": lambda code: [Piece(self.pooled(code, "country"), "LOC")], "B": self.trap, "J": lambda _: [Piece(random.choice(own.JOBS))], "D": lambda _: [Piece(random.choice(own.DEPARTMENTS), "ORG")],
            "VEN": lambda code: self.bearer(bearers.VENUES, code, "LOC"), "FIRM": lambda code: self.bearer(bearers.FIRMS, code, "ORG"), "EPO": lambda code: self.bearer(bearers.EPONYMS, code, "PRD"),
            "DAYN": lambda code: self.bearer(bearers.DAYS, code, "LOC"), "HOST": lambda _: [Piece(self.host())], "WORK": self.work, "WT": lambda code: [Piece(self.title(code), "PRD")],
            "XF": lambda code: [Piece(self.first(code))], "XL": lambda code: [Piece(self.last(code))], "XN": lambda code: [Piece(self.famous(code))],
            "X": lambda _: [Piece(things.invented(random), "PRD")], "HEAD": lambda code: [Piece(things.heading(random, code))], "CODE": lambda _: [Piece(things.identifier(random))],
            "WORD": lambda code: [Piece(random.choice(things.words(code)).capitalize())], "NOUNS": lambda code: [Piece(random.choice(things.nouns(code)))],
            "ADR": self.address, "STREET": self.street, "E": self.email, "TEL": self.phone, "FILE": self.file,
            "M": self.date, "MONTH": lambda code: [Piece(random.choice(phrases.calendar(code)[0]))],
            "W": lambda code: [Piece(random.choice(phrases.calendar(code)[1]))], "H": lambda _: [Piece(f"{random.randint(0, 23):02d}:{random.randint(0, 59):02d}")],
            "R": self.reference, "A": self.amount, "ID": self.reference, "NUM": lambda _: [Piece(str(random.randint(2, random.choice((9, 99, 999, 99999)))))],
            "U": lambda _: [Piece(random.choice((str.lower, str.upper))(random.choice(self._words) + str(random.randint(1, 99))))],
            "V": lambda _: [Piece(".".join(str(random.randint(0, 20)) for _ in range(random.randint(2, 4))))], "IP": lambda _: [Piece(".".join(str(random.randint(1, 250)) for _ in range(4)))],
            "IBAN": lambda _: [Piece(random.choice(("DE", "FR", "GB", "NL")) + "".join(random.choice("0123456789") for _ in range(20)))],
            "UU": lambda _: [Piece("-".join("".join(random.choice("0123456789abcdef") for _ in range(n)) for n in (8, 4, 4, 4, 12)))],
            "SHA": lambda _: [Piece("".join(random.choice(random.choice(("0123456789abcdef", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"))) for _ in range(random.choice((12, 24, 32, 40)))) if random.random() < 0.4 else "".join(random.choice("0123456789abcdef") for _ in range(random.choice((8, 32, 40, 64)))))],
            "URL": lambda _: [Piece(f"https://{random.choice(('docs', 'www', 'shop', 'help'))}.{random.choice(own.ORG_WORDS).lower()}.com/{random.choice(('kb', 'p', 'item', 'en'))}/{random.randint(1, 999)}")],
        }  # fmt: skip

    def draw(self, slot: str, code: str) -> list[Piece]:
        return self._slots[slot](code)

    # people ----------------------------------------------------------------------------------------------------------
    def people_of(self, code: str) -> str:
        """The language whose names a text in `code` holds: mostly its own, often another."""
        roll = self.random.random()
        if code in LATIN:
            return code if roll < 0.45 else self.random.choice(LATIN) if roll < 0.9 else self.random.choice(OTHER)
        return code if roll < 0.85 else self.random.choice(LATIN)

    def _name(self, code: str, which: int) -> str:
        random = self.random
        source = (own.FIRST, own.LAST)[which]
        roll = random.random()
        if code in LATIN and roll > 0.95:
            return random.choice(own.WORDLIKE[which].split())
        if code in LATIN and roll < 0.12:
            kind = f"{code}{which}"
            if kind not in self._chains:
                self._chains[kind] = (
                    Chain(n for loc in LOCALES[code] for n in provider_names(loc)[which] if n[:1].isalpha())
                    if any(provider_names(loc)[which] for loc in LOCALES[code])
                    else Chain(all_names()[which][::20])
                )
            return self._chains[kind].draw(random)
        if code in LATIN and roll < 0.32:
            words = random.choice(list(source.values()))
            return random.choice(own_last(words) if which else words.split())
        if code in native.NAMES and roll > 0.5:
            return random.choice(native.NAMES[code][which])
        lists = [provider_names(loc)[which] for loc in LOCALES[code]]
        lists = [names for names in lists if names] or [provider_names("en_US")[which]]
        return random.choice(random.choice(lists))

    def first(self, code: str) -> str:
        who = self.people_of(code)
        name = self.bent(self._name(who, 0), code)
        roll = self.random.random()
        if roll < 0.04 and who in LATIN:
            return f"{name}-{self._name(who, 0)}"
        if roll < 0.08 and who in LATIN:
            return f"{name} {self._name(who, 0)}"
        return name

    def last(self, code: str) -> str:
        return self.bent(self._last(self.people_of(code)), code)

    def bent(self, name: str, code: str) -> str:
        """The name as it is, or now and then with an ending that a language hangs on it."""
        ends = ENDINGS.get(code)
        if not ends or len(name) < 3 or self.random.random() > 0.12:
            return name
        end = self.random.choice(ends.split())
        return (name[:-1] if name[-1] in "aeiyаяоий" and end[0] not in "'nls" else name) + end

    def _last(self, who: str) -> str:
        name = self._name(who, 1)
        roll = self.random.random()
        if roll > 0.94 and who in LATIN:
            particle = self.random.choice(
                own.PARTICLES.get(who) or own.PARTICLES[self.random.choice(("ar", "nl", "de", "fr", "ar"))]
            )
            return f"{particle}{'' if particle.endswith(('-', ' ', chr(39))) or particle in ('Mc', 'Mac', 'Fitz') else ' '}{name}".strip()
        if roll < 0.04 and who in LATIN:
            return f"{name}-{self._name(who, 1)}"
        if roll < (0.4 if who in ("es", "pt") else 0.03) and who in LATIN:
            return f"{name} {self._name(who, 1)}"
        return name

    def full(self, code: str, who: str = "") -> list[Piece]:
        random = self.random
        who = who or self.people_of(code)
        first, last = self._name(who, 0), self._last(who)
        roll = random.random()
        if who in GLUED:
            return [Piece(last + ("" if random.random() < 0.8 else " ") + first, "PER")]
        if who in LAST_FIRST and roll < 0.7:
            first, last = last, first
        last = self.bent(last, code)
        if roll < 0.06 and who in LATIN:
            first = f"{first}-{self._name(who, 0)}"
        elif roll < 0.12:
            first = f"{first} {self._name(who, 0)}"
        elif roll < 0.18:
            initial = (self._name(who, 0) or "A")[0]
            first = f"{first} {initial}{random.choice(('.', ''))}"
        elif roll < 0.22 and first:
            first = f"{first[0]}."
        elif roll < 0.235 and len(first) > 1:
            first = f"{first[0]}. {self._name(who, 0)[0]}."
        elif roll < 0.26 and who in LATIN and last:
            last = f"{last[0]}."
        elif roll < 0.29 and who in LATIN:
            return [Piece(f"{last}, {first}", "PER")]
        elif roll < 0.31 and who in LATIN:
            return [Piece(f"{last.upper()} {first}" if roll < 0.3 else f"{first} {last.upper()}", "PER")]
        return [Piece(f"{first} {last}", "PER")]

    def person(self, code: str) -> list[Piece]:
        roll = self.random.random()
        if roll < 0.62:
            return self.full(code)
        if roll < 0.84:
            return [Piece(self.first(code), "PER")]
        if roll < 0.94:
            return self.titled(code)
        return [Piece(self.last(code), "PER")]

    def titled(self, code: str) -> list[Piece]:
        titles = TITLES.get(code, TITLES["en"]).split()
        if self.random.random() < 0.15:
            titles = TITLES["en"].split()
        name = [Piece(self.last(code), "PER")] if self.random.random() < 0.6 else self.full(code)
        return [Piece(self.random.choice(titles) + ("" if code in GLUED else " ")), *name]

    def query_name(self, code: str) -> list[Piece]:
        joiner = self.random.choice(("+", "%20", "_", "-"))
        first, last = (
            plain(self._name(self.random.choice(LATIN), 0)),
            plain(self._last(self.random.choice(LATIN)).replace(" ", "-")),
        )
        return (
            [Piece(first, "PER"), Piece(joiner), Piece(last, "PER")]
            if joiner == "%20"
            else [Piece(f"{first}{joiner}{last}", "PER")]
        )

    def file(self, code: str) -> list[Piece]:
        random = self.random
        who = random.choice(LATIN)
        joiner = random.choice(("_", "_", "-", " ", "."))
        name = joiner.join((plain(self._name(who, 0)), plain(self._name(who, 1))))
        if random.random() < 0.12:
            name = name.lower()
        kind = random.choice(KINDS_OF_FILE)
        end = random.choice((".pdf", ".docx", ".jpg", ".png", ".zip", ".xlsx", ".doc", ".jpeg", ".tiff"))
        tail = random.choice(("", f"_{random.randint(2015, 2026)}", "_final", "_v2", "_signed", f"_{random.randint(1, 99)}"))
        if random.random() < 0.2:  # no person in it
            item = f"{random.choice(own.ITEMS)}_{random.choice(own.BRANDS)}"
            return [Piece(random.choice((f"{kind}_", "")) + item + tail + end)]
        name = joiner.join(part for part in name.split() if part)
        return (
            [Piece(name, "PER"), Piece(f"_{kind}{tail}{end}")]
            if random.random() < 0.4
            else [Piece(f"{kind}_"), Piece(name, "PER"), Piece(tail + end)]
        )

    # things ----------------------------------------------------------------------------------------------------------
    def product(self, code: str) -> list[Piece]:
        random = self.random
        items = own.ITEMS if random.random() < 0.8 else own.FOREIGN_ITEMS
        item = random.choice(items)
        if random.random() < 0.18:
            item = f"{random.choice(('Table', 'Floor', 'Travel', 'Coffee', 'Winter', 'Office', 'Garden', 'Kids', 'Smart', 'Mini', 'Pro'))} {item}"
        if random.random() < 0.3:
            some = wares.WARES.get(code) if random.random() < 0.5 else None
            item = random.choice((some or random.choice(list(wares.WARES.values()))).split())
            item = item.capitalize() if random.random() < 0.8 else item
        roll = random.random()
        if random.random() < 0.03:
            title = random.choice(("Dr.", "Mr.", "Mrs.", "Frau", "Herr", "Madame", "Don", "Señor", "Nonna", "Uncle", "Captain"))
            return [Piece(f"{title} {self.last(code)} {item}", "PRD")]
        if roll < 0.08:
            return [*self.trap(code), Piece(f" {item}", "PRD")]
        if roll < 0.13:
            return self.trap(code)
        if roll < 0.45:
            if random.random() < 0.35:
                item = random.choice(things.words("en")).capitalize()
            elif random.random() < 0.25:
                item = random.choice(things.words(code)).capitalize()
            return [Piece(f"{self._name(random.choice(LATIN), random.choice((0, 0, 1)))} {item}", "PRD")]
        if roll < 0.6:
            return [Piece(f"{random.choice(own.BRANDS)} {item}", "PRD")]
        if roll < 0.66:
            return [Piece(f"{random.choice(own.BRANDS)} {random.choice('ABXZQKSP')}{random.randint(1, 900)}", "PRD")]
        if roll < 0.74:
            return [Piece(f"{self.pooled(random.choice(LATIN), 'city')} {item}", "PRD")]
        if roll < 0.8:
            return [
                Piece(
                    f"{random.choice(own.ORG_WORDS)}{random.choice((' ', ''))}{item} {random.choice(('Pro', 'Max', 'Mini', 'Plus', 'II', '3000', 'X', 'Lite'))}",
                    "PRD",
                )
            ]
        if roll < 0.9:
            return [Piece(f"{random.choice(own.ORG_WORDS)} {item}", "PRD")]
        return [Piece(item.lower(), "")]

    def company(self, code: str) -> list[Piece]:
        random = self.random
        roll = random.random()
        who = self.people_of(code)
        if roll < 0.35:
            name = self.pooled(who, "company")
            return [Piece(name if firm(name) else f"{name} {random.choice(own.ORG_ENDS)}", "ORG")]
        last = self._name(who if who in LATIN else random.choice(LATIN), 1) if roll < 0.75 else random.choice(own.ORG_WORDS)
        if random.random() < 0.25:
            last = f"{last}{random.choice((', ', '-', ' & ', ' and ', ' und ', ' et ', ' y ', ' e '))}{self._name('en', 1)}"
        if random.random() < 0.1:
            last = f"{last}, {self._name('de', 1)} and {self._name('en', 1)}"
            return [Piece(last, "ORG")]
        if random.random() < 0.25:
            return [Piece(f"{random.choice(own.ORG_STARTS)} {last}", "ORG")]
        if random.random() < 0.06:
            return [Piece(f"«{last}»", "ORG")]
        return [Piece(f"{last} {random.choice(own.ORG_ENDS)}", "ORG")]

    def bearer(self, patterns: dict[str, str], code: str, label: str) -> list[Piece]:
        """What is called after somebody, in a language's own form, or at times in another's."""
        random = self.random
        some = patterns.get(code) if random.random() < 0.85 else None
        some = some or (random.choice(list(patterns.values())) if code in LATIN and random.random() < 0.5 else patterns["en"])
        pattern = random.choice(some.split(";"))
        name = self.famous(code)
        if "{n}" in pattern and random.random() < 0.15:
            name = name.replace(" ", "-")
        last = name.split()[-1] if random.random() < 0.3 else self.last(code)
        return [Piece(pattern.replace("{n}", name).replace("{f}", self.first(code)).replace("{l}", last), label)]

    def famous(self, code: str) -> str:
        """A name that places and schools bear: of somebody known, or of anybody."""
        random = self.random
        if code in bearers.FAMOUS_OTHER and random.random() < 0.5:
            return random.choice(bearers.FAMOUS_OTHER[code].split(";"))
        if code in LATIN and random.random() < 0.5:
            return random.choice(bearers.FAMOUS)
        joiner = "" if code in GLUED else " "
        return (
            f"{self._name(code, 1)}{joiner}{self._name(code, 0)}"
            if code in GLUED or code in LAST_FIRST
            else f"{self._name(code, 0)}{joiner}{self._name(code, 1)}"
        )

    def host(self) -> str:
        random = self.random
        name = plain(self._name(random.choice(LATIN), 0)).split("-")[0].lower()
        return random.choice(bearers.HOSTS).format(h=name, H=name.upper(), d=random.randint(1, 99))

    def work(self, code: str) -> list[Piece]:
        """A title between marks of quotation."""
        marks = self.random.choice(('"{}"', "„{}“", "«{}»", "“{}”", "'{}'", "»{}«"))
        return [Piece(marks.format(self.title(code)), "PRD")]

    def title(self, code: str) -> str:
        """A known work's, or one after somebody."""
        random = self.random
        if random.random() < 0.5:
            return random.choice(brands.NAMED)
        return random.choice((self.first(code), f"{self.first(code)} {self.last(code)}", self.last(code)))

    def trap(self, code: str) -> list[Piece]:
        roll = self.random.random()
        return [
            Piece(self.random.choice(brands.NAMED if roll < 0.6 else own.BRANDS if roll < 0.85 else own.PLACES_IN_NAMES), "PRD")
        ]

    def city(self, code: str) -> list[Piece]:
        who = self.people_of(code)
        named = phrases.places(code)
        if named and self.random.random() < 0.3:
            return [Piece(self.random.choice(named), "LOC")]
        return [Piece(self.pooled(who, "city"), "LOC")]

    def pooled(self, code: str, what: str) -> str:
        """One of a pool of Faker's values: making them one by one is slow."""
        random = self.random
        locale = random.choice(LOCALES[code])
        if (locale, what) not in self._pools:
            try:
                fake = Faker(locale)
            except AttributeError:
                fake = Faker("en_US")
            fake.seed_instance(random.randint(0, 2**31))
            try:
                self._pools[locale, what] = [str(getattr(fake, what)()) for _ in range(self.pool)]
            except (AttributeError, KeyError, ValueError, TypeError):
                self._pools[locale, what] = [str(getattr(Faker("en_US"), what)()) for _ in range(self.pool)]
        return random.choice(self._pools[locale, what])

    # places ----------------------------------------------------------------------------------------------------------
    def street(self, code: str) -> list[Piece]:
        return [Piece(self._street(self.people_of(code)).split("\n")[0], "ADR")]

    def _street(self, who: str) -> str:
        random = self.random
        if random.random() < 0.05:  # numbers before and behind, as some systems print them
            unit = random.choice(("", f" Apt. {random.randint(1, 999)}", f" Suite {random.randint(1, 999)}"))
            return f"{random.randint(1, 99999)} {self._street(who)}{unit}"
        roll = random.random()
        number = str(random.randint(1, random.choice((30, 300, 9999)))) + (
            random.choice("abcABC") if random.random() < 0.08 else ""
        )
        if roll < 0.5 or who not in STREETS:
            return (
                self.pooled(who, "street_address")
                if who in LATIN or random.random() < 0.9
                else self.pooled("en", "street_address")
            )
        name = (
            self._name(who, random.choice((0, 1, 1)))
            if random.random() < 0.6
            else random.choice((*own.ORG_WORDS, *STREET_WORDS.get(who, ())))
        )
        return random.choice(STREETS[who]).format(name=name, n=number, m=random.randint(1, 99))

    def address(self, code: str) -> list[Piece]:
        random = self.random
        who = self.people_of(code)
        roll = random.random()
        if roll < 0.35:
            text = self.pooled(who, "address")
        elif roll < 0.65:
            text = self._street(who)
        else:
            city, post = self.pooled(who, "city"), self.pooled(who, "postcode")
            text = (
                self._street(who)
                + "\n"
                + random.choice((f"{post} {city}", f"{city} {post}", f"{post}, {city}", city, f"{city}, {post}"))
            )
            if random.random() < 0.15:
                text += "\n" + self.pooled(who, "country")
        text = re.sub(r"[ \t]*\n[ \t]*", "\n", text.strip())
        if random.random() < 0.06:
            text = text.replace("\n", "\n" + random.choice(("   ", "\t", "  ")))
        if random.random() < 0.82:
            text = text.replace("\n", ", " if random.random() < 0.85 else " ")
        return [Piece(text, "ADR")]

    # the rest --------------------------------------------------------------------------------------------------------
    def email(self, code: str) -> list[Piece]:
        random = self.random
        local = random.choice((".", "_", "", "-")).join(
            (plain(random.choice(self._words)).lower(), random.choice(self._words).lower())
        )
        return [
            Piece(
                f"{local}@{random.choice(own.ORG_WORDS).lower()}{random.choice(('.com', '.de', '.net', '.org', '.co.uk', 'mail.com'))}"
            )
        ]

    def phone(self, code: str) -> list[Piece]:
        if self.random.random() < 0.5:
            return [Piece(self.pooled(self.people_of(code), "phone_number"))]
        groups = [str(self.random.randint(10, 9999)) for _ in range(self.random.randint(2, 4))]
        return [Piece(self.random.choice(("", "+", "0", "(0)")) + self.random.choice((" ", "-", "", ".")).join(groups))]

    def date(self, code: str) -> list[Piece]:
        random = self.random
        day, month, year = random.randint(1, 28), random.randint(1, 12), random.randint(1940, 2026)
        name = phrases.calendar("en")[0][month - 1]
        return [Piece(random.choice((f"{day:02d}.{month:02d}.{year}", f"{year}-{month:02d}-{day:02d}", f"{month}/{day}/{year}", f"{day} {name} {year}", f"{name} {day}, {year}", f"{day:02d}/{month:02d}", f"{name} {day}", f"{day}-{name[:3]}-{year}")))]  # fmt: skip

    def reference(self, code: str) -> list[Piece]:
        random = self.random
        number = random.randint(100, 99999999)
        return [Piece(random.choice(("#{}", "{}", "ORD-{}", "INC{}", "order {}", "PO {}", "no. {}", "TCK-{}", "case {}", "RMA{}", "SO-{}-B", "invoice {}")).format(number))]  # fmt: skip

    def amount(self, code: str) -> list[Piece]:
        random = self.random
        value = f"{random.randint(1, 4000)}{random.choice(('.', ','))}{random.randint(0, 99):02d}"
        return [
            Piece(random.choice(("{} EUR", "${}", "€ {}", "{} USD", "£{}", "{} zł", "{} kr", "CHF {}", "R$ {}")).format(value))
        ]
