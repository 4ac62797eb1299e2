"""What a column is about: its data category and whose identifier it holds, told from its name and the look of its values.

Every answer is a guess for a person to confirm, and errs to the careful side: text that nobody can place counts as confidential.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mesh_platform.cli.propose.names import ABOUT_IT, ANY, LOOKUP, NUMBER, ONLY_OF_PEOPLE, SHORT, TEXT
from mesh_platform.cli.propose.seen import ColumnProfile
from mesh_platform.cli.propose.vocabulary import PERSONS, THINGS
from mesh_platform.cli.propose.words import head, singular, words
from mesh_platform.product import Sensitivity
from mesh_platform.product.categories import CATEGORIES, Identifiability

_NUMBERS = ("integer", "int8", "int16", "int32", "float", "double", "decimal")
_TIMES = ("date", "timestamp", "timestamptz")
_FREE_TEXT = 40


_POINTING = (Identifiability.DIRECT, Identifiability.PSEUDONYMOUS)


@dataclass(frozen=True, slots=True)
class Meaning:
    """A guess. `subject` is a registered namespace; `decide` is what a person has to settle before the gate opens."""

    sensitivity: Sensitivity
    category: str | None = None
    subject: str | None = None
    identifiability: str | None = None
    why: str = ""
    decide: str = ""


class Reader:
    """Reads meanings in one table: `about` are the names of product and file, `namespaces` the registered identifiers."""

    def __init__(self, about: Iterable[str], namespaces: Iterable[str]) -> None:
        about = tuple(about)
        self.namespaces = tuple(namespaces)
        self.head = next(filter(None, map(head, about)), "")
        heads = [word for word in map(head, about) if word in PERSONS | THINGS]
        self.person = heads[0] if heads and heads[0] in PERSONS else None
        self.things = bool(heads) and self.person is None

    def meaning(self, column: ColumnProfile, name: str) -> Meaning:
        """The meaning of one column."""
        found = self._by_values(column) or self._by_name(column, name) or self._by_identifier(column, name)
        return found or self._by_text(column, name)

    def _by_values(self, column: ColumnProfile) -> Meaning | None:
        for shape, category, what in (
            ("email", "user.contact.email", "e-mail addresses"),
            ("phone", "user.contact.phone_number", "telephone numbers"),
            ("iban", "user.financial.iban", "bank accounts"),
            ("card", "user.financial.card.pan", "card numbers"),
            ("ssn", "user.government_id.national_identification_number", "social security numbers"),
            ("ip", "user.device.ip_address", "IP addresses"),
        ):
            if column.shows(shape) and not (shape == "card" and "imei" in words(column.name)):  # the same check digit
                return self._of(category, f"values look like {what}")
        if column.shows("sha256"):
            subject = "email_sha256" if "email_sha256" in self.namespaces and _mentions(column.name, "mail") else None
            why = "values look like hashes; a plain hash is still an identifier"
            return Meaning(
                Sensitivity.CONFIDENTIAL, "user.unique_id", subject, "pseudonymous", why, "" if subject else _NAMESPACE
            )
        return None

    def _by_name(self, column: ColumnProfile, name: str) -> Meaning | None:
        said = tuple(SHORT.get(word, word) for word in words(name))
        if said[-1:] and said[-1] in ABOUT_IT:
            return None
        if "name" in said and (found := self._a_name(column, said)):
            return found
        for category, kind, phrases in LOOKUP:
            if self.things and category.startswith(ONLY_OF_PEOPLE):
                continue
            if _fits(column, kind) and (phrase := next((p for p in phrases if _holds(said, p)), None)):
                if category == "user.financial.card.pan" and said[-1:] == ("pan",) and not column.shows("card"):
                    continue
                if _is_time(column) and not category.endswith("date_of_birth"):
                    continue
                if column.type == "boolean" and CATEGORIES[category].identifiability in _POINTING:
                    continue
                if category == "user.content" and (column.values is not None or column.shows("code", 0.9)):
                    continue
                if category.endswith("record_id"):
                    return self._of_person(self.namespace_of("patient"), "the number of a patient")
                return self._of(category, f"the name says {' '.join(phrase)}")
        return None

    def _a_name(self, column: ColumnProfile, said: tuple[str, ...]) -> Meaning | None:
        """`name` is a person's in a table of persons, a thing's in a table of things; elsewhere its values decide."""
        before = singular(said[said.index("name") - 1]) if said.index("name") else ""
        if (
            not _fits(column, TEXT)
            or before in THINGS
            or before in ("file", "event", "class", "table", "column", "host", "domain")
        ):
            return None
        if before in PERSONS - {"user"}:
            return self._of("user.name", f"the name of a {before}")
        if said not in (("name",), ("display", "name")):
            return None
        if self.person:
            return self._of("user.name", f"the name of a {self.person}")
        if not self.things and column.shows("person_name", 0.8):
            return self._of("user.name", "values look like names of people")
        return None

    def _by_identifier(self, column: ColumnProfile, name: str) -> Meaning | None:
        """An identifier of a person: `customer_id` anywhere, `id` in a table of customers."""
        said = tuple(singular(SHORT.get(word, word)) for word in words(name))
        joined = "_".join(words(name))
        if _is_time(column) or column.type in ("boolean", "json", "double") or column.type.startswith("decimal"):
            return None
        exact = next((n for n in sorted(self.namespaces, key=len, reverse=True) if joined == n or joined.endswith(f"_{n}")), None)
        if exact:
            return self._of_person(exact, f"the name says {exact}")
        if not said or said[-1] not in ("id", "key", "uuid", "guid", "number", "no", "ref", "reference", "code", *PERSONS):
            return None
        person = next((word for word in said if word in PERSONS), None)
        if person is None and len(said) == 1 and column.unique:
            person = self.person
        if person is None:
            return None
        if said[-1] in PERSONS and column.type not in ("uuid", "integer") and not column.shows("code", 0.9):
            return None
        return self._of_person(self.namespace_of(person), f"the identifier of a {person}")

    def namespace_of(self, person: str) -> str | None:
        """The registered namespace for the identifiers of such a person."""
        wanted = (f"{person}_id", f"{person}_mrn", f"{person}_number", f"{person}_ref")
        named = [n for n in self.namespaces if n.startswith(f"{person}_")]
        return next((n for n in (*wanted, *named) if n in self.namespaces), None)

    def _of_person(self, namespace: str | None, why: str) -> Meaning:
        category = "user.health.record_id" if namespace and namespace.startswith("patient") else "user.unique_id"
        category = _CATEGORY_OF.get(namespace or "", category)
        found = CATEGORIES[category]
        return Meaning(found.sensitivity, category, namespace, found.identifiability.value, why, "" if namespace else _NAMESPACE)

    def _by_text(self, column: ColumnProfile, name: str) -> Meaning:
        if column.type == "binary":
            return Meaning(Sensitivity.RESTRICTED, None, why="bytes may hold anything, and a scan does not read all of them")
        if column.type in ("json", "list<string>", "list<json>"):
            return Meaning(Sensitivity.CONFIDENTIAL, None, why="a document or a list may hold anything")
        if column.type != "string":
            return Meaning(Sensitivity.INTERNAL)
        if column.shows("holds_email", 0.001) or column.shows("holds_phone", 0.001):
            return self._of("user.content", "some values hold addresses or telephone numbers")
        if column.values is not None:
            named = not self.things and column.shows("person_name", 0.8) and column.shows("spaced")
            return self._of("user.name", "values look like names of people") if named else Meaning(Sensitivity.INTERNAL)
        if self.things or column.shows("code", 0.9):
            return Meaning(Sensitivity.INTERNAL)
        if column.average >= _FREE_TEXT and column.shows("spaced"):
            return self._of("user.content", "free text, in which people may stand")
        if column.shows("person_name", 0.8) and column.shows("spaced"):
            return self._of("user.name", "values look like names of people")
        return Meaning(Sensitivity.CONFIDENTIAL, why="text that neither name nor values explain; lower it if nobody stands in it")

    def _of(self, category: str, why: str) -> Meaning:
        found = CATEGORIES[category]
        subject = _SUBJECT.get(category)
        registered = subject if subject in self.namespaces else None
        return Meaning(found.sensitivity, category, registered, found.identifiability.value if registered else None, why)


_NAMESPACE = (
    "subject: which namespace of governance/identifiers.yaml these identifiers are of (the privacy team registers a new one)"
)
_SUBJECT: Mapping[str, str] = {
    "user.contact.email": "email",
    "user.contact.phone_number": "phone",
    "user.financial.iban": "iban",
    "user.device.cookie_id": "cookie_id",
    "user.device.device_id": "device_id",
}
_CATEGORY_OF: Mapping[str, str] = {namespace: category for category, namespace in _SUBJECT.items()}


def _holds(said: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    """Whether the words of a name hold the phrase, in order and side by side, in the singular too."""
    for form in (said, tuple(map(singular, said))):
        if any(form[i : i + len(phrase)] == phrase for i in range(len(form) - len(phrase) + 1)):
            return True
    return False


def _mentions(name: str, part: str) -> bool:
    return any(part in word for word in words(name))


def _fits(column: ColumnProfile, kind: str) -> bool:
    number = column.type.startswith(_NUMBERS)
    return kind == ANY or (number if kind == NUMBER else column.type in ("string", "uuid"))


def _is_time(column: ColumnProfile) -> bool:
    return column.type.startswith(_TIMES)
