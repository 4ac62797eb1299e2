"""What a value looks like, as SQL over one cell `{x}`: forms that make a type, and shapes that make a guess."""

from __future__ import annotations

# What every value of a text column must look like to be of a type; the stricter one first. The engine's casts are laxer than a source is
# read ('1.5' is an integer to them), so the form is asked for as well.
FORMS = {
    "uuid": "regexp_full_match({x}, '(?i)[0-9a-f]{{8}}-([0-9a-f]{{4}}-){{3}}[0-9a-f]{{12}}')",
    "boolean": "lower({x}) IN ('true', 'false')",
    "integer": "regexp_full_match({x}, '[+-]?(0|[1-9][0-9]{{0,17}})')",
    "decimal": "regexp_full_match({x}, '[+-]?(0|[1-9][0-9]{{0,11}})([.][0-9]{{1,6}})?')",
    "double": "regexp_full_match({x}, '[+-]?[0-9]{{1,17}}([.][0-9]+)?([eE][+-]?[0-9]{{1,3}})?') AND NOT regexp_matches({x}, '^[+-]?0[0-9]')",
    "date": "regexp_full_match({x}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') AND TRY_CAST({x} AS DATE) IS NOT NULL",
    "timestamp": "regexp_matches({x}, '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[ T][0-9]{{2}}:[0-9]{{2}}') AND TRY_CAST({x} AS TIMESTAMPTZ) IS NOT NULL",
    "json": "{x}[1] IN ('{{', '[') AND json_valid({x})",
}

# How much of a sample looks like something, for guesses that a person confirms.
SHAPES = {
    "email": "regexp_full_match(trim({x}), '[^@\\s]+@[^@\\s]+[.][A-Za-z]{{2,}}')",
    "holds_email": "regexp_matches({x}, '[\\w.+-]+@[\\w-]+[.][\\w.]*[A-Za-z]{{2,}}')",
    "phone": "regexp_full_match(trim({x}), '[+(][0-9][0-9 ().\\-/]{{6,18}}')",
    "holds_phone": "regexp_matches({x}, '(^|[^0-9])[+][0-9][0-9 ().-]{{7,17}}[0-9]')",
    "iban": "regexp_full_match(replace({x}, ' ', ''), '[A-Z]{{2}}[0-9]{{2}}[A-Z0-9]{{11,30}}')",
    "card": "regexp_full_match(replace(replace({x}, ' ', ''), '-', ''), '[2-6][0-9]{{12,18}}')",
    "ssn": "regexp_full_match({x}, '[0-9]{{3}}-[0-9]{{2}}-[0-9]{{4}}')",
    "ip": "regexp_full_match({x}, '([0-9]{{1,3}}[.]){{3}}[0-9]{{1,3}}')",
    "sha256": "regexp_full_match({x}, '(?i)[0-9a-f]{{64}}')",
    "digits": "regexp_full_match({x}, '[0-9]+')",
    "code": "regexp_full_match({x}, '[A-Za-z0-9][A-Za-z0-9_.:/-]*') AND regexp_matches({x}, '[0-9_-]')",
    "spaced": "contains(trim({x}), ' ')",
    "day_first": "TRY_STRPTIME({x}, '%d/%m/%Y') IS NOT NULL",
    "month_first": "TRY_STRPTIME({x}, '%m/%d/%Y') IS NOT NULL",
    "dotted_date": "TRY_STRPTIME({x}, '%d.%m.%Y') IS NOT NULL",
}

# Apart, since a pattern over all letters of Unicode takes ten milliseconds to build.
NAMES = {
    "person_name": "regexp_full_match({x}, '\\p{{Lu}}[\\p{{L}}’''.-]*( \\p{{Lu}}[\\p{{L}}’''.-]*){{1,3}}')",
}
