"""CORE-16: a change that matters to the people in the data is published once somebody else than its author has approved it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mesh_platform.policy.facts import Facts, Need, Review
from mesh_platform.policy.rule import Objection, failing, passing, rule
from mesh_platform.product import Change, ChangeKind

_LOWERED = Change(ChangeKind.PRIVACY, "columns.email.sensitivity", "lowered from restricted to internal")
_TOLD = Change(ChangeKind.COSMETIC, "description", "told otherwise")
_NAMED = 3


@rule(
    "CORE-16",
    "A privacy-relevant change has an approval that is bound to the descriptor's hash",
    passing("nothing changed", facts={"review": Review()}),
    passing("a change that touches nobody", facts={"review": Review(changes=(_TOLD,))}),
    passing("approved as it stands", facts={"review": Review(changes=(_LOWERED,), approved_by=("privacy-engineer",))}),
    passing("approved by two, where two are needed", facts={"review": Review((_LOWERED,), ("dana", "eve"), needed=2)}),
    failing("not approved", facts={"review": Review(changes=(_LOWERED,))}),
    failing("approved by one, where two are needed", facts={"review": Review((_LOWERED,), ("dana",), needed=2)}),
    failing("rejected, whoever approved it", facts={"review": Review((_LOWERED,), ("dana", "eve"), rejected_by=("finn",))}),
    failing("approved, but for other files", facts={"review": Review((_LOWERED,), ("dana",), spec_hash="another")}),
    failing("a record of the review cannot be read", facts={"review": Review((_LOWERED,), ("dana",), unread=("line 3",))}),
    source="House rule, after GDPR Art. 25 and 35(11); house rule: four eyes on what changes for people",
    needs=[Need.REVIEW],
)
def approved(facts: Facts) -> Iterator[Objection]:
    review = facts.review
    if review is None or not review.relevant:
        return
    command = f"`mesh review show {facts.product.key}`"
    at = tuple(re.sub(r"\[.*?\]", "", review.relevant[0].path).split("."))
    if review.spec_hash != facts.product.spec_hash:
        yield Objection("The review at hand is of other files than these.", f"{command} tells of these.", at)
    elif review.rejected_by:
        why = "A reviewer rejected these files, and a rejection holds for as long as they stand like this."
        yield Objection(why, f"Change them as the reviewer asks. {command} says why.", at)
    elif review.unread:
        why = f"A record of its review cannot be read ({review.unread[0]}), and it may be a rejection."
        yield Objection(why, "Mend or remove that record.", at)
    elif len(review.approved_by) < review.needed:
        yield Objection(
            _missing(review),
            f"Ask the role privacy for a review; {command} lists the changes. In a repository they are committed first.",
            at,
        )


def _missing(review: Review) -> str:
    paths = [change.path for change in review.relevant]
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    has = f"{len(review.approved_by)} of {review.needed} approvals" if review.needed > 1 else "no approval"
    return f"It changes what matters to the people in the data ({', '.join(paths[:_NAMED])}{more}) and has {has} of these files."


REVIEWS = (approved,)
