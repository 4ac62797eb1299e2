"""One package of evidence: controls by products, each with what proves it, as a page and as JSON, sealed by the audit log.

    collect (state, log) -> Evidence (a value) -> page, JSON -> manifest -> a record of the audit log -> zip

The value is made of what stands on record up to a moment; the same state and moment give the same bytes. Nothing in it is an opinion: a control
that nobody judged is open, and one that a person attests is counted apart from what the platform enforces.
"""
