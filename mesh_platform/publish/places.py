"""Places below a state in free texts, as 45 CFR 164.514(b)(2)(i)(B) counts them: a town with its state, a town that somebody lives in, a whole ZIP code.

A state, a country, a month or a ward after the same words is none.
"""

from __future__ import annotations

_SHORT = "AK|AR|AZ|CA|CO|DC|FL|GA|IA|IL|KS|KY|MI|MN|MO|MS|MT|NC|ND|NE|NH|NJ|NM|NV|NY|OH|RI|SC|SD|TN|TX|UT|VA|VT|WA|WI|WV|WY"
_DOUBTFUL = "AL|CT|DE|HI|ID|IN|LA|MA|MD|ME|OK|OR|PA|PR"
"""States whose letters stand after a comma for something else too: a degree, a scan, that all is well."""
_STATES = (
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky"
    "|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico"
    "|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont"
    "|Virginia|Washington|West Virginia|Wisconsin|Wyoming|Puerto Rico"
)
_ABROAD = (
    "United States|United Kingdom|America|Europe|Africa|Asia|Australia|Argentina|Austria|Bangladesh|Belgium|Brazil|Canada|Chile|China|Colombia|Cuba"
    "|Denmark|Ecuador|Egypt|England|Ethiopia|Finland|France|Germany|Ghana|Greece|Guatemala|Haiti|Honduras|India|Indonesia|Iran|Iraq|Ireland|Israel|Italy"
    "|Jamaica|Japan|Kenya|Korea|Mexico|Morocco|Nepal|Netherlands|New Zealand|Nigeria|Norway|Pakistan|Peru|Philippines|Poland|Portugal|Romania|Russia"
    "|Scotland|Somalia|South Africa|Spain|Sudan|Sweden|Switzerland|Syria|Taiwan|Thailand|Turkey|Ukraine|Venezuela|Vietnam|Wales"
    "|Afghanistan|Albania|Algeria|Angola|Armenia|Azerbaijan|Belarus|Belize|Benin|Bhutan|Bolivia|Bosnia|Botswana|Bulgaria|Burma|Burundi|Cambodia|Cameroon"
    "|Chad|Congo|Costa Rica|Croatia|Cyprus|Czech Republic|Czechia|Dominican Republic|El Salvador|Eritrea|Estonia|Fiji|Gabon|Gambia|Georgia|Guinea|Guyana"
    "|Holland|Hungary|Iceland|Ivory Coast|Jordan|Kazakhstan|Kosovo|Kuwait|Kyrgyzstan|Laos|Latvia|Lebanon|Lesotho|Liberia|Libya|Liechtenstein|Lithuania"
    "|Luxembourg|Macedonia|Madagascar|Malawi|Malaysia|Mali|Malta|Mauritania|Mauritius|Moldova|Mongolia|Montenegro|Mozambique|Myanmar|Namibia|Nicaragua"
    "|Niger|North Korea|Northern Ireland|Oman|Panama|Paraguay|Qatar|Rwanda|Samoa|Saudi Arabia|Senegal|Serbia|Sierra Leone|Singapore|Slovakia|Slovenia"
    "|Sri Lanka|Suriname|Swaziland|Tajikistan|Tanzania|Togo|Tonga|Trinidad|Tunisia|Turkmenistan|Uganda|Uruguay|Uzbekistan|Yemen|Yugoslavia|Zambia|Zimbabwe"
)
_OTHER = (
    "January|February|March|April|May|June|July|August|September|October|November|December|Spring|Summer|Autumn|Fall|Winter|Monday|Tuesday|Wednesday"
    "|Thursday|Friday|Saturday|Sunday|Ward|Room|Unit|Bed|Floor|Building|Intensive|Surgery|Assisted|Hospice|Nursing|Rehab|Rehabilitation|Hospital|Section"
    "|Phase|Stage|Group|Arm|Step|Level|Plan|Class|Type|The|This|That|Her|His|Their|Our|My|Mother|Father|Home"
)
_TOWN = r"[A-Z][a-zà-ÿ'’.-]{2,}"
_TOWNS = rf"{_TOWN}(?: {_TOWN}){{0,2}}"
_LIVES = (
    r"\b(?:(?:[Ll]ives?|[Ll]ived|[Ll]iving|[Rr]esid(?:es?|ed|ing)|[Bb]orn|[Rr]aised|[Gg]rew up|[Hh]ome is|[Hh]omeless|[Ss]tays|[Ss]taying) (?:in|near|outside|at)"
    r"|(?:[Mm]oved|[Rr]elocated|[Cc]ommutes?|[Tt]ravell?ed) (?:here )?(?:to|from)"
    r"|(?:[Rr]esident|[Nn]ative|[Tt]own|[Cc]ity|[Vv]illage|[Cc]ounty|[Ss]uburbs?|[Oo]utskirts) of|[Hh]ometown(?: is|:)?|[Ff]rom the (?:town|city|village) of)"
)
IN_TEXTS = (
    rf"\b{_TOWNS}, ?(?:{_SHORT})(?:[^A-Za-z]|$)|\b{_TOWNS}, ?(?:{_STATES})\b"
    rf"|\b(?:in|from|near|of|to|at) {_TOWNS},? (?:{_SHORT}|{_DOUBTFUL})(?:[^A-Za-z]|$)"
    rf"|(?:\b(?:in|of|near|from|at)|,) {_TOWNS},? [0-9]{{5}}(?:-[0-9]{{4}})?\b"
    r"|(?i)\b(?:zip|postal|post)[ _-]?(?:code|number|no\.?)?(?: (?:is|was|of))?\W{0,3}[0-9]{5}\b"
)
"""Forms that say of themselves that they are a place."""
NO_TOWN = rf"\b(?:{_STATES}|{_ABROAD}|{_OTHER})\b"
LIVED_IN = rf"{_LIVES} +(?:the (?:town|city|village) of )?{_TOWN}"
"""A name that somebody lives in or comes from, once what is `NO_TOWN` is taken away."""
