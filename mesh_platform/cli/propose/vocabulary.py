"""The words that proposals go by: who is a person, what is a thing, what is counted, and what SQL keeps for itself."""

from __future__ import annotations

_PERSONS = """
account buyer cardholder citizen client contact customer donor driver employee guest holder individual lead member passenger patient
person player purchaser recipient resident rider shopper staff student subscriber tenant user visitor worker
"""
_THINGS = """
article branch brand catalog category city country currency depot inventory item location material offer office part plan price product
rate region shop sku stock store supplier supply tax unit warehouse
"""
_NOISE = """
all clean csv current daily data dim dump export extract fact file full json latest list main master new old parquet raw record records
snapshot source src stage staging stg table tbl
"""
_AMOUNTS = """
age amount balance cost count discount fee height hour hours item items length minute minutes piece pieces point points price qty
quantity rate rating revenue salary score second seconds size stock subtotal tax total unit units value volume weight width
"""
_MONEY = """
amount balance cost discount fee income price revenue salary subtotal tax total
"""
_RESERVED = """
all and any as asc at between both by case cast check collate column constraint create cross current_date current_time current_timestamp
default desc describe distinct do else end except exists false fetch filter for foreign from full grant group having if ilike in inner
intersect interval into is join key lateral leading left like limit map natural not null offset on only or order outer over partition
pivot placing position primary qualify range references returning right row rows sample select set show some struct summarize table then
time timestamp to trailing true type union unique unpivot user using values when where window with
"""

_NO_PRODUCTION = """
demo dummy fake fixture mock sandbox test tests testing training
"""
_WHOM = """
customer: buyer cardholder customer purchaser shopper subscriber
prospect: lead prospect
employee: employee staff worker
patient: patient
child: child children kid pupil
citizen: citizen
student: pupil student
visitor: guest visitor
"""

PERSONS = frozenset(_PERSONS.split())
"""Words for people, in the singular."""
THINGS = frozenset(_THINGS.split())
"""Words for what is no person."""
NOISE = frozenset(_NOISE.split())
"""Words of file names that say nothing of the rows."""
AMOUNTS = frozenset(_AMOUNTS.split())
"""What one counts or measures."""
MONEY = frozenset(_MONEY.split())
"""What is money, and kept exactly."""
RESERVED = frozenset(_RESERVED.split())
"""Words that DuckDB takes for its own, at least in some places."""
NO_PRODUCTION = frozenset(_NO_PRODUCTION.split())
"""Words in names of what may serve tests, training or demonstrations."""
WHOM = [(word, whom) for whom, _, named in (line.partition(": ") for line in _WHOM.split("\n") if line) for word in named.split()]
"""Words for people, and whom a descriptor says that they are; a pupil is two."""
