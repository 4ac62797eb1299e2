"""How one changed value weighs: for the consumers who rely on it, and for the people in the data.

Each judge takes the old and the new value of one key and gives the kinds of change with their reasons. A change can weigh twice: to drop an
identifier breaks its consumers and hides the person from erasure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any

from mesh_platform.product.categories import Identifiability
from mesh_platform.product.durations import Span
from mesh_platform.product.key import ProductKey
from mesh_platform.product.models import PERIODS, Coarsening, Lifecycle
from mesh_platform.product.sensitivity import Sensitivity


class ChangeKind(StrEnum):
    """`breaking`: a consumer may fail. `privacy-relevant`: needs a privacy review. The rest needs neither."""

    BREAKING = "breaking"
    PRIVACY = "privacy-relevant"
    COMPATIBLE = "compatible"
    COSMETIC = "cosmetic"


BREAKING, PRIVACY, COMPATIBLE, COSMETIC = ChangeKind
Weighed = Iterator[tuple[ChangeKind, str]]
Judge = Callable[[Any, Any], Weighed]

_WIDER_TYPES = (("int8", "int16", "int32", "integer"), ("float", "double"))
_MASKS = {"last4": 1, "email_domain": 1, "age_band": 1, "year": 1, "month": 1, "geo": 1, "token": 2, "redact": 3, "null": 3}
_IDENTIFIES = (None, Identifiability.NONE, Identifiability.QUASI, Identifiability.PSEUDONYMOUS, Identifiability.DIRECT)


def always(kind: ChangeKind, why: str) -> Judge:
    """Whatever changed, it is of this kind."""

    def judge(old: Any, new: Any) -> Weighed:
        yield kind, why

    return judge


def either(when_set: tuple[ChangeKind, str], otherwise: tuple[ChangeKind, str]) -> Judge:
    """`when_set` where there was nothing before, else `otherwise`: for what is changed or taken away."""

    def judge(old: Any, new: Any) -> Weighed:
        yield when_set if old is None else otherwise

    return judge


def at_least(kind_if_less: ChangeKind, kind_if_more: ChangeKind, what: str) -> Judge:
    """For a number, date or time that counts as less where it is absent."""

    def judge(old: Any, new: Any) -> Weighed:
        less = new is None or (old is not None and not _below(old, new))
        yield (kind_if_less, f"{what} is lower or gone") if less else (kind_if_more, f"{what} is higher")

    return judge


def at_most(kind_if_more: ChangeKind, kind_if_less: ChangeKind, what: str) -> Judge:
    """For a number, date, time or span that counts as unlimited where it is absent."""

    def judge(old: Any, new: Any) -> Weighed:
        if isinstance(old, Span) and isinstance(new, Span):
            if old.approximate == new.approximate:
                yield COSMETIC, f"{what} is written otherwise"
                return
            old, new = old.approximate, new.approximate
        more = new is None or (old is not None and not _below(new, old))
        yield (kind_if_more, f"{what} is higher or gone") if more else (kind_if_less, f"{what} is lower")

    return judge


def _below(low: Any, high: Any) -> bool:
    """Whether `low` is shown to lie below `high`; values that do not compare do not show it."""
    try:
        return bool(low < high)
    except TypeError:
        return False


def longest(what: str) -> Judge:
    """For a span whose absence means none at all: longer keeps people's data longer."""

    def judge(old: Span | None, new: Span | None) -> Weighed:
        before, after = (span.approximate.total_seconds() if span else 0.0 for span in (old, new))
        if before == after:
            yield COSMETIC, f"{what} is written otherwise"
        else:
            yield (PRIVACY, f"{what} is longer") if after > before else (COMPATIBLE, f"{what} is shorter")

    return judge


def members(added: ChangeKind, removed: ChangeKind, what: str, everything: object = ...) -> Judge:
    """For a list as a set; `everything` is the value that stands for all there is."""

    def judge(old: Iterable[Any] | None, new: Iterable[Any] | None) -> Weighed:
        if old == everything:
            yield removed, f"{what} are limited"
        elif new == everything:
            yield added, f"{what} are not limited any more"
        else:
            before, after = list(old or ()), list(new or ())
            if any(item not in before for item in after):
                yield added, f"{what} are more"
            if any(item not in after for item in before):
                yield removed, f"{what} are fewer"

    return judge


def sensitivity(old: Sensitivity | None, new: Sensitivity | None) -> Weighed:
    before, after = (level or Sensitivity.RESTRICTED for level in (old, new))
    if after < before:
        yield PRIVACY, f"lowered from {old or 'unlabelled'} to {after}"
    elif after > before:
        yield BREAKING, f"raised from {before} to {new or 'unlabelled'}: consumers may see it masked"
    else:
        yield COSMETIC, "unlabelled counts as restricted"


def column_type(old: Any, new: Any) -> Weighed:
    wider = any(old.text in row and new.text in row and row.index(old.text) < row.index(new.text) for row in _WIDER_TYPES)
    yield (COMPATIBLE, "a wider type of the same kind") if wider else (BREAKING, f"{old.text} became {new.text}")


def nullable(old: bool, new: bool) -> Weighed:
    yield (BREAKING, "values may be missing now") if new else (COMPATIBLE, "no value is missing any more")


def unique(old: bool, new: bool) -> Weighed:
    yield (COMPATIBLE, "values are unique now") if new else (BREAKING, "values may repeat now")


def values(old: tuple[Any, ...] | None, new: tuple[Any, ...] | None) -> Weighed:
    if new is None or (old is not None and any(value not in old for value in new)):
        yield BREAKING, "values may appear that consumers do not know"
    else:
        yield COMPATIBLE, "fewer values are possible"


def identifiability(old: str | None, new: str | None) -> Weighed:
    less = _IDENTIFIES.index(new) < _IDENTIFIES.index(old)
    yield (PRIVACY, "said to identify less") if less else (COMPATIBLE, "said to identify more")


def mask(level: Sensitivity | None) -> Judge:
    """Without a mask of its own, confidential and restricted data is redacted by default."""
    default = 3 if (level or Sensitivity.RESTRICTED) >= Sensitivity.CONFIDENTIAL else 0

    def judge(old: str | None, new: str | None) -> Weighed:
        before, after = (default if name is None else _MASKS.get(name) for name in (old, new))
        yield BREAKING, "consumers see other values"
        if before is None or after is None or after < before:
            yield PRIVACY, "a weaker mask, or one that is not known to be as strong"

    return judge


def coarsen(old: Coarsening | None, new: Coarsening | None) -> Weighed:
    yield BREAKING, "values are coarser or finer"
    if new is None or ((old, new) != ("month", "year") and old is not None):
        yield PRIVACY, "values may be finer than they were"


def derived_from(old: tuple[str, ...] | None, new: tuple[str, ...] | None) -> Weighed:
    narrower = new is not None and (old is None or any(source not in new for source in old))
    yield (PRIVACY, "derives from less than before, as it says") if narrower else (COMPATIBLE, "derives from more, as it says")


def status(old: Lifecycle, new: Lifecycle) -> Weighed:
    if new is Lifecycle.RETIRED:
        yield BREAKING, "it is not served any more"
    elif old is Lifecycle.RETIRED:
        yield PRIVACY, "it is served again"
    else:
        yield COMPATIBLE, f"it is {new} now"


def input_product(old: ProductKey, new: ProductKey) -> Weighed:
    if old.present == new.present:
        yield COMPATIBLE, "another major version of the same product is read"
    else:
        yield PRIVACY, "another product is read"


def primary_key(old: tuple[str, ...], new: tuple[str, ...]) -> Weighed:
    yield (BREAKING, "another key or none") if old else (COMPATIBLE, "rows have a key")


def declassifier(old: str | None, new: str | None) -> Weighed:
    yield (COMPATIBLE, "it is not lowered any more") if new is None else (PRIVACY, "it may be lowered")


def verdicts(old: Mapping[str, Any], new: Mapping[str, Any]) -> Weighed:
    """`old` and `new`: kind of finding → the person's verdict on it."""
    wider = [kind for kind, said in new.items() if kind not in old or said.up_to > old[kind].up_to]
    if wider:
        yield PRIVACY, f"what the scan finds is overruled ({', '.join(sorted(wider))})"
    elif any(kind not in new or new[kind].up_to < said.up_to for kind, said in old.items()):
        yield COMPATIBLE, "less of what the scan finds is overruled"
    else:
        yield PRIVACY, "what the scan finds is overruled for another reason"


def action(old: str, new: str) -> Weighed:
    yield (
        (PRIVACY, "rows are anonymised at the end, no longer deleted")
        if new == "anonymise"
        else (COMPATIBLE, "deleted at the end")
    )


def region(old: str | None, new: str | None) -> Weighed:
    yield (COMPATIBLE, "it is limited to a region") if old is None else (PRIVACY, "its region is another one or not limited")


def sunset(old: Any, new: Any) -> Weighed:
    earlier = old is not None and new is not None and new < old
    yield (BREAKING, "it ends earlier") if earlier else (COMPATIBLE, "its end is set, later or gone")


def period(old: str, new: str) -> Weighed:
    finer = PERIODS.index(new) < PERIODS.index(old)
    yield (PRIVACY, "groups are of a shorter period") if finer else (BREAKING, "groups are of a longer period")


def expires(old: Any, new: Any) -> Weighed:
    longer = new is None or (old is not None and new > old)
    yield (PRIVACY, "the consumer reads longer") if longer else (BREAKING, "the consumer reads shorter")
