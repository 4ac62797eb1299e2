"""How streets are written, and words that they are named by, in many languages: facts, written down by us."""

STREETS = {
    "en": ("{n} {name} Street", "{n} {name} Rd", "{n} {name} Lane", "{n} {name} Avenue, Apt {m}", "{n} {name} Close", "Flat {m}, {n} {name} Road", "{n} {name} Drive", "{n} {name} St.", "{n} {name} Blvd Suite {m}", "Unit {m}, {n} {name} Way", "{n} {name} Court", "{n} {name} Terrace", "{n} N {name} Ave #{m}", "PO Box {n}"),
    "de": ("{name}straße {n}", "{name}str. {n}", "{name}weg {n}", "{name}platz {n}", "{name}gasse {n}/{m}", "Am {name} {n}", "{name}-Straße {n}", "{name} Allee {n}", "An der {name} {n}", "{name}ring {n}"),
    "fr": ("{n} rue {name}", "{n}, rue de {name}", "{n} avenue {name}", "{n} bis boulevard {name}", "{n}, place {name}", "{n} chemin des {name}", "{n} allée {name}", "{n} impasse {name}", "{n} quai {name}"),
    "es": ("Calle {name} {n}", "C/ {name}, {n}, {m}º B", "Avenida de {name} {n}", "Plaza {name} {n}", "Paseo de {name}, {n}", "Av. {name} {n} Piso {m}", "Carretera {name} {n}", "Ronda {name} {n}"),
    "it": ("Via {name} {n}", "Via {name}, {n}", "Viale {name} {n}", "Piazza {name} {n}", "Corso {name}, {n}/{m}", "Largo {name} {n}", "Vicolo {name} {n}", "Strada {name} {n}"),
    "pt": ("Rua {name}, {n}", "Rua da {name} {n}", "Avenida {name}, {n} - apto {m}", "Travessa {name} {n}", "Praça {name}, {n}", "Largo da {name} {n}", "Alameda {name}, {n}", "R. {name} {n}, {m}º Dto"),
    "nl": ("{name}straat {n}", "{name}laan {n}", "{name}weg {n}-{m}", "{name}plein {n}", "{name}kade {n}", "{name}gracht {n}", "{name}hof {n}", "{name}dijk {n}"),
    "pl": ("ul. {name} {n}", "ul. {name} {n}/{m}", "ulica {name} {n}", "al. {name} {n}", "os. {name} {n} m. {m}", "plac {name} {n}"),
    "sv": ("{name}gatan {n}", "{name}vägen {n}", "{name}gränd {n}", "{name} torg {n}", "{name}allén {n} lgh {m}"), "da": ("{name}vej {n}", "{name}gade {n}, {m}. tv", "{name} Allé {n}", "{name}stræde {n}"),
    "no": ("{name}veien {n}", "{name}gata {n}", "{name}gate {n}"), "fi": ("{name}katu {n}", "{name}tie {n} A {m}", "{name}kuja {n}"), "cs": ("{name}ova {n}/{m}", "{name} ulice {n}", "náměstí {name} {n}"), "sk": ("{name}ova {n}", "ul. {name} {n}"),
    "hu": ("{name} utca {n}.", "{name} út {n}", "{name} tér {n}.", "{name} u. {n}/{m}"), "ro": ("Str. {name} nr. {n}", "Strada {name} {n}, ap. {m}", "Bd. {name} {n}"), "hr": ("Ulica {name} {n}", "{name}ova {n}", "Trg {name} {n}"),
    "tr": ("{name} Mah. {name} Sok. No: {n}", "{name} Caddesi No:{n}/{m}", "{name} Cad. {n}", "{name} Sokak {n}"), "id": ("Jl. {name} No. {n}", "Jalan {name} {n}", "Gang {name} No.{n}"), "vi": ("{n} đường {name}", "{n} Nguyễn {name}"),
    "ru": ("ул. {name}, д. {n}", "улица {name}, {n}", "пр. {name}, д. {n}, кв. {m}", "пер. {name} {n}", "наб. {name}, {n}"), "uk": ("вул. {name}, {n}", "вулиця {name} {n}, кв. {m}", "просп. {name}, {n}"), "bg": ("ул. {name} {n}", "бул. {name} № {n}"),
    "el": ("Οδός {name} {n}", "{name} {n}", "Λεωφόρος {name} {n}"), "ar": ("شارع {name} {n}", "{n} شارع {name}"), "he": ("רחוב {name} {n}", "רח' {name} {n}", "שדרות {name} {n}"),
}  # fmt: skip
STREET_WORDS = {
    "en": ["Maple", "Oak", "High", "Church", "Mill", "Station", "Main", "Park", "Elm", "Cedar", "Hill", "Lake", "Chestnut"], "de": ["Haupt", "Bahnhof", "Garten", "Linden", "Schul", "Berg", "Kirch", "Goethe", "Mühlen"], "fr": ["Victor Hugo", "de la République", "des Lilas", "du Moulin", "de l'Église"],
    "es": ["Mayor", "Real", "del Sol", "de la Constitución", "Gran Vía"], "it": ["Roma", "Garibaldi", "Dante Alighieri", "dei Mille", "XX Settembre"], "pt": ["das Flores", "da Liberdade", "do Comércio", "Augusta"], "nl": ["Kerk", "Dorps", "Molen", "Stations", "Prinsen", "Linden"],
    "pl": ["Polna", "Leśna", "Słoneczna", "Krótka", "Kościuszki", "Mickiewicza"], "sv": ["Stor", "Drottning", "Kungs", "Skol", "Björk"], "ru": ["Ленина", "Мира", "Садовая", "Лесная", "Советская", "Пушкина"], "tr": ["Atatürk", "Cumhuriyet", "İstiklal", "Lale", "Gül"],
}  # fmt: skip
