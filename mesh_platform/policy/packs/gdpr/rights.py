"""Articles 12 to 22: what people may ask for, until when it is answered, and what then holds."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_platform.policy.facts import Facts
from mesh_platform.policy.packs.asking import personal
from mesh_platform.policy.packs.making import Pack
from mesh_platform.policy.rule import Objection, Verdict, allowed, failing, passing, refused

law = Pack("GDPR")


@law.gate(
    "GDPR-22",
    "A person looks at decisions that bind people, before they do",
    passing("no decision rests on it"),
    passing("a person looks at each", product={"privacy": {"decisions": "sole", "humanReview": True}}),
    failing("decided by the machine alone", product={"privacy": {"decisions": "sole"}}),
    source="GDPR Art. 22(1) to 22(3); that a person looks at each decision, and not only when asked, is a house rule",
    remedy="Have a person review each decision and say `privacy: {humanReview: true}`.",
    verdict=Verdict.REQUIRE,
    applies=personal,
    inputs=("privacy.decisions", "privacy.humanReview"),
    condition="decisions with legal or similarly significant effect",
)
def a_person_decides(facts: Facts) -> Iterator[Objection]:
    privacy = facts.descriptor.privacy
    if privacy.decisions == "sole" and not privacy.human_review:
        why = "Decisions with legal or similar effect on people rest on it alone, and no person reviews them."
        yield Objection(why, at=("privacy", "decisions"))


RIGHTS = (
    law.platform(
        "GDPR-12-3",
        "A request is answered within one month, or three with notice in the first",
        allowed("on the last day of the month", "clocks.gdpr_in_time"),
        allowed("after two months, with notice in the first", "clocks.gdpr_extended"),
        refused("a day later", "clocks.gdpr_late"),
        by="mesh_platform.subjects.requests.clocks:clock_of",
        source="GDPR Art. 12(3)",
        remedy="Answer it; `mesh dsar extend` tells the person in the first month why it takes longer.",
        verdict=Verdict.TASK,
        condition="requests; told on day 21, and once at its end",
    ),
    law.platform(
        "GDPR-12-6",
        "Nothing is handed to somebody who has not shown who they are",
        allowed("the code was right", "requests.shown"),
        refused("nobody knows who asks", "requests.not_shown"),
        by="mesh_platform.subjects.desk:Desk",
        source="GDPR Art. 12(6)",
        remedy="`mesh dsar verify-identity`.",
        condition="requests for access and portability",
    ),
    law.platform(
        "GDPR-15",
        "An answer tells purposes, categories, recipients, time, rights, source, the logic of decisions and transfers beside the copy",
        allowed("everything is said", "requests.package_complete"),
        allowed("decisions rest on it alone, and their logic is told", "requests.logic_said"),
        allowed("a transfer under standard clauses", "requests.transfer_protected"),
        allowed("a transfer to a country of a decision on adequacy", "requests.transfer_adequate"),
        allowed("the written answer holds every part", "requests.answer_whole"),
        refused("purposes and retention are not said", "requests.package_incomplete"),
        refused("what an identifying column holds is not", "requests.categories_unsaid"),
        refused("a source of which nothing is said", "requests.source_unsaid"),
        refused("the country of a recipient is not said", "requests.country_unsaid"),
        refused("nor what protects the data in a third country", "requests.transfer_unprotected"),
        refused("what protected it there has ended", "requests.transfer_ended"),
        refused("decisions rest on it alone, and nobody tells their logic", "requests.logic_unsaid"),
        refused("a written answer without the rights", "requests.answer_without_rights"),
        refused("without a copy of the rows", "requests.answer_without_a_copy"),
        refused("without categories", "requests.answer_without_categories"),
        refused("silent on who gets the data", "requests.answer_silent_on_recipients"),
        refused("silent on transfers", "requests.answer_silent_on_transfers"),
        by="mesh_platform.subjects.packages.about:missing",
        source="GDPR Art. 15(1)(a) to (h), (2) and (3)",
        remedy="Complete the descriptors, and the register of recipients, as the request names it; `privacy: {decisionLogic: …}` tells how decisions come about.",
        version=2,
        verdict=Verdict.BLOCK,
        condition="requests for access",
    ),
    law.platform(
        "GDPR-16",
        "What was corrected is corrected in what derives from it",
        allowed("the product shows the corrected value", "requests.verified"),
        refused("the old value is still found", "requests.residue"),
        by="mesh_platform.subjects.outcomes:verified",
        source="GDPR Art. 16",
        remedy="`mesh dsar run` goes on where it stopped.",
        verdict=Verdict.TASK,
        condition="requests for rectification",
    ),
    law.platform(
        "GDPR-17-1",
        "An erased person's rows go, unless a law or a claim keeps them, and then only what it needs",
        refused("nothing keeps the row", "retention.erased"),
        allowed("a legal hold covers it", "retention.held"),
        refused("a law's minimum keeps a part of it", "retention.reduced"),
        by="mesh_platform.retention.precedence:verdict",
        source="GDPR Art. 17(1) and 17(3)(a) to (e)",
        remedy="Nothing to do: the request says which exception keeps what.",
        verdict=Verdict.TASK,
        condition="requests for erasure; a row that stays counts as passed here",
    ),
    law.platform(
        "GDPR-17-M",
        "Hashing, masking or a token is no erasure",
        allowed("deleted by key", "descriptors.deletes"),
        refused("hashed instead", "descriptors.hashes"),
        refused("masked instead", "descriptors.masks"),
        by="mesh_platform.product.models:Erasure",
        source="GDPR Art. 17; EDPB, coordinated enforcement on the right to erasure (2025)",
        remedy="Delete, redact, aggregate or rebuild.",
        verdict=Verdict.BLOCK,
        condition="products that hold persons",
    ),
    law.platform(
        "GDPR-17-BK",
        "A backup ends, and what is restored from it waits for the erasures since",
        allowed("it ends after 35 days", "keeping.backup_ends"),
        refused("it has no end", "keeping.backup_without_end"),
        by="mesh_platform.settings:Settings",
        source="House rule, after GDPR Art. 5(1)(e) and 17(1)",
        remedy="Set `backup_days`.",
        verdict=Verdict.BLOCK,
        condition="backups",
    ),
    law.platform(
        "GDPR-18",
        "Restricted data is kept and used for nothing but legal claims",
        refused("an analysis", "ledger.restricted"),
        allowed("a legal claim", "ledger.restricted_claim"),
        by="mesh_platform.ledger.law:decide",
        source="GDPR Art. 18(1) and 18(2)",
        remedy="Nothing to do: rows are left out of each read until the restriction is lifted.",
        condition="each read; consent, another's rights and important public interest are purposes that governance names",
    ),
    law.platform(
        "GDPR-19",
        "Recipients are told of what was corrected, erased or restricted, until they acknowledge it",
        allowed("acknowledged", "recipients.acknowledged"),
        refused("it waits past its time", "recipients.late"),
        by="mesh_platform.propagation.recipients:standing",
        source="GDPR Art. 19",
        remedy="`mesh consent recipients` shows what waits, and why.",
        verdict=Verdict.TASK,
        condition="recipients of governance/recipients.yaml",
    ),
    law.platform(
        "GDPR-20",
        "What a person provided, under consent or contract, can be taken along in files that machines read",
        allowed("collected under a contract", "requests.taken_along_when_provided"),
        refused("inferred", "requests.inferred"),
        by="mesh_platform.subjects.packages.about:taken_along",
        source="GDPR Art. 20(1)",
        remedy="`mesh dsar open --kind portability`.",
        condition="requests for portability; what was derived or inferred stays out",
    ),
    law.platform(
        "GDPR-21-2",
        "An objection to marketing closes it at once",
        allowed("nobody objected", "ledger.marketing"),
        refused("the person objected", "ledger.marketing_objected"),
        by="mesh_platform.ledger.law:decide",
        source="GDPR Art. 21(2) and 21(3)",
        remedy="Nothing to do: rows go from the next read.",
        condition="each read for marketing",
    ),
    a_person_decides,
)
