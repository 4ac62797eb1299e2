"""What a column's name suggests: words of several languages, camel and snake case, abbreviations, and words that say the opposite.

A name is evidence, never a verdict: what it suggests must fit the values. `email_type` and `addresses_total` name something about the
thing, not the thing.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from mesh_platform.classify.entities import Entity

_E = Entity
_WORDS: dict[Entity, str] = {
    _E.EMAIL: "email, e mail, mail, mail address, correo, correo electronico, courriel, epost, e post, sahkoposti, correio, posta, mailbox, local part, adresse mail, reach at, email local, mail prefix, mejl, eposta",
    _E.PHONE: "phone, phone number, telephone, telefon, telefono, tel, tel no, mobile, mobile phone, mobile no, cell, cell phone, cellphone, handy, handy nr, celular, movil, portable, telefoon, tlf, gsm, fax, whatsapp, msisdn, komorka, contact no, contact number, caller, callback no, puhelin, cep, telefone, telefonnummer, rufnummer, sms",
    _E.PERSON: "full name, first name, last name, given name, family name, surname, forename, middle name, maiden name, name, nm, contact person, contact name, customer name, client name, patient name, employee name, user name full, insured name, vorname, nachname, familienname, prenom, nom, nombre, apellido, apellidos, cognome, nome, sobrenome, apelido, imie, nazwisko, voornaam, achternaam, fornamn, efternamn, etunimi, sukunimi, jmeno, prijmeni, ad soyad, adi, soyadi, display name, beneficiary, holder, account holder, cardholder, passenger, recipient, recipient name, consignee, owner, author, assignee, applicant, candidate, doctor, physician, driver, emergency contact, next of kin, guardian, payee, payer, signatory, submitted by, changed by, approved by, created by, entered by, handled by, manager, spouse",
    _E.STREET_ADDRESS: "address, street, street address, address line, addr, adr, addr 1, adresse, strasse, str, anschrift, direccion, domicilio, calle, rue, indirizzo, via, endereco, rua, adres, ulica, straat, adress, gata, osoite, adresa, adresi, residence, home address, delivery address, billing address, shipping address, lieferadresse, wohnort adresse",
    _E.NATIONAL_ID: "ssn, social security, social security number, national id, national identity, nin, nino, tax id, tin, personal id, personnummer, pesel, dni, nie, nif, cpf, rut, curp, rfc, nir, insee, bsn, cnp, egn, oib, amka, snils, aadhaar, pan number, steuer id, steuernummer, sozialversicherungsnummer, svnr, codice fiscale, cod fiscale, numero secu, citizen id, citizen number, identity number, id card, personal number, fiscal number, tax number, taxpayer, personalausweis, ausweis nr, henkilotunnus, hetu, rodne cislo, cpr, fodselsnummer, nhs number, insurance number, national insurance, id number, govt id, government id, citizen tk, kyc, sin, tckn, tc kimlik, rrn, nric",
    _E.CREDIT_CARD: "card number, card no, credit card, cc number, cc no, ccn, pan, kartennummer, kreditkarte, numero tarjeta, tarjeta, carte, numero carte, carta, cartao, karta, debit card, payment card, card num, ccnum",
    _E.IBAN: "iban, iban no, bank iban",
    _E.BANK_ACCOUNT: "account number, account no, acct no, bank account, bank acct, acc no, acct num, kontonummer, konto nr, konto, numero cuenta, cuenta bancaria, ccc, compte, numero compte, conto corrente, conta bancaria, rekening, rekeningnummer, bban, nr konta, kontonr, sort code account, payout account, routing",
    _E.PASSPORT: "passport, passport no, passport number, reisepass, pass nr, passnummer, pasaporte, passeport, passaporto, paszport, paspoort, travel document, travel doc, passaporte, pass no",
    _E.DRIVER_LICENSE: "driver license, drivers license, driving licence, driver licence, driver lic, drv lic, dl number, dl no, fuhrerschein, fuhrerscheinnummer, permis, permis conduire, carnet conducir, permiso conducir, patente, patente guida, prawo jazdy, rijbewijs, cnh, korkort, licence no, license number",
    _E.VEHICLE_ID: "license plate, licence plate, plate, rekisterinumero, rendszam, plaka, spz, nummerplade, registreringsnummer, number plate, plate no, reg plate, vehicle registration, vehicle reg, kennzeichen, kfz kennzeichen, matricula, immatriculation, targa, placa, rejestracja, kenteken, vin, vehicle identification number, chassis, fin, fahrgestellnummer, vehicle id, lic plt",
    _E.IP_ADDRESS: "ip, ip address, ip addr, client ip, remote addr, remote ip, source ip, src ip, login ip, host ip, ipv4, ipv6, user ip, visitor ip",
    _E.MAC_ADDRESS: "mac, mac address, mac addr, hw addr, hardware address, wifi mac, bluetooth mac, bssid, bt addr",
    _E.DEVICE_ID: "device id, idfa, gaid, aaid, maid, imei, android id, advertising id, adv id, ad id, advertiser id, idfv, device fingerprint, browser fingerprint, fingerprint, client fp, dev fp, fp hash, device uuid, udid, device serial, serial number, handset id, imsi, meid, oaid, device key, hardware id, push token, fcm token, apns token, device token, install id, installation id, tv id, rida, geraete id",
    _E.ONLINE_ID: "cookie, cookie id, ga, ga id, ga cookie, visitor id, client id, session cookie, tracking cookie, ga client, gclid, fbp, fbc, browser id, anonymous id, anon id, visitor cookie, fb pixel, utm id, tracker id, clickid, click id, distinct id, mixpanel id, amplitude id, segment id, ecid, fpid, muid",
    _E.USER_ID: "user id, uid, userid, customer id, cust id, client no, client number, customer no, customer number, customer key, member id, member no, member code, membership number, subscriber id, subscriber key, party id, person id, patient id, employee id, emp id, emp no, employee number, staff id, personnel number, personalnummer, kundennummer, kunden nr, kunden id, kdnr, student id, account id, acct id, rider id, driver id, player id, gamer id, profile id, contact id, customer urn, customer ref, subject id, subject key, guest id, passenger id, household id, id cliente, cliente id, numero cliente, id utilisateur, id client, id usuario, codigo cliente, klantnummer, klant id, nr klienta, id klienta, asiakasnumero, kundenummer, kundnummer, policy holder id, loyalty id, loyalty number, participant id, respondent id, panelist id, donor id, citizen key, resident id, tenant person, worker id, crew id, buyer id, seller id, owner id, payer id, external user, user ref, user key, user no",
    _E.USERNAME: "username, user name, login, login name, nickname, nick, handle, screen name, screenname, alias, benutzername, usuario, utilisateur, nome utente, gamertag, twitter handle, account name, user login, logon, pseudo, gebruikersnaam, uzytkownik",
    _E.EMAIL_HASH: "email hash, hashed email, hash email, email sha256, email md5, email sha, hem, eml hash, eml hsh, email hmac, hmac email, hmac of email, mail hash, hash mail, email token, email digest, email fingerprint, uid2, phone hash, hashed phone, phone sha256, user hash, hashed user, hashed id, customer hash, id hash, ssn hash, hashed ssn, salted email, pseudonym, pseudonymised, pseudo id, email pseudonym, contact hash, person hash, identity hash, keyed email, liveramp, rampid, enc email, name hash",
    _E.MEDICAL_ID: "medical record, medical record number, mrn, med rec, med rec no, patient record, patient number, patient no, patientennummer, insurance id, insurance no, health insurance, insurance number, insured id, ins id, ins no, health id, health card, versichertennummer, krankenversicherung, versicherten nr, carte vitale, policy number health, nhs no, medicare, medicaid, hospital number, case number patient, tessera sanitaria, npi, medicare number, beneficiary number, subscriber insurance, chart no, chart number, numero historia clinica",
    _E.SECRET: "password, passwd, pwd, pass hash, password hash, secret, client secret, api key, apikey, access token, access key, auth token, token secret, private key, secret key, session token, bearer, refresh token, credential, credentials, passwort, contrasena, mot de passe, senha, wachtwoord, haslo, pin code, otp, totp, apk, signing key, webhook secret, security answer, cvv, cvc",
    _E.PROFILE_URL: "profile url, profile link, linkedin, linkedin url, facebook, facebook url, instagram, twitter, social url, social link, social profile, social media, github, xing, tiktok, profil",
    _E.GEO_PRECISE: "latitude, longitude, lat, lon, lng, long, latlon, lat lon, lat lng, latlng, coordinates, coords, coord, gps, gps position, gps fix, geo, geo point, geo pt, geo position, geolocation, geohash, ghash, geo hash, location hash, position, last location, device location, home location, breitengrad, laengengrad, latitud, longitud, latitudine, longitudine, plus code, s2 cell, h3, h3 cell, h3 index, lat e7, lon e7, what3words, w3w, quadkey, maidenhead, utm, mgrs, last position, last seen at, pickup location, location",
    _E.DATE_OF_BIRTH: "date birth, date of birth, birth date, birthdate, birthday, dob, bday, b date, b dt, born, born on, birth year, year birth, year of birth, b yr, yob, geburtsdatum, geb datum, gebdat, geburtstag, geburtsjahr, gebjahr, geb, fecha nacimiento, nacimiento, fnac, date naissance, naissance, annee naissance, data nascita, nascita, data nascimento, nascimento, data urodzenia, urodzenia, rok urodzenia, geboortedatum, fodelsedatum, fodselsdato, syntymaaika, datum narozeni, dogum tarihi, birth dt, birth",
    _E.AGE: "age, age y, age years, age group, age band, age range, age bracket, alter, altersgruppe, edad, etat, eta, idade, wiek, leeftijd, alder, ika, vek, yas, age grp, age cat, anni, age bucket, tranche age",
    _E.GENDER: "gender, sex, geschlecht, sexo, genero, sexe, genre, sesso, plec, geslacht, kon, kjonn, sukupuoli, pohlavi, cinsiyet, gndr, gen",
    _E.POSTCODE: "postcode, postal code, post code, zip, zip code, zipcode, plz, postleitzahl, codigo postal, cp, code postal, cap, kod pocztowy, cep, codice postale, postnummer, postnr, postinumero, psc, irsz, pincode, pin code postal, pcode, pst cd",
    _E.CITY: "city, town, ort, wohnort, stadt, ciudad, ville, citta, comune, cidade, miasto, miejscowosc, stad, plaats, woonplaats, kommune, kaupunki, mesto, varos, sehir, municipality, locality, residence city, home city, cty, localidad, localite, birthplace, place of birth, birth place, geburtsort, birth city",
    _E.JOB_TITLE: "job title, job, occupation, profession, beruf, position, role title, puesto, ocupacion, profesion, cargo, emploi, metier, poste, mestiere, professione, profissao, zawod, stanowisko, beroep, functie, yrke, ammatti, povolani, meslek, title job, designation",
    _E.SALARY: "salary, gross salary, base salary, annual salary, wage, wages, income, annual income, gehalt, bruttogehalt, lohn, einkommen, salario, sueldo, ingresos, salaire, revenu, stipendio, reddito, renda, wynagrodzenie, pensja, dochod, salaris, loon, lon, inkomst, palkka,  compensation, remuneration, pay rate, net pay, gross pay, base pay, sal, earnings, bonus amount, vergutung, hourly rate, monthly pay",
    _E.MARITAL_STATUS: "marital status, marital, civil status, familienstand, estado civil, etat civil, situation familiale, stato civile, stan cywilny, burgerlijke staat, civilstand, civilstatus, siviilisaaty, rodinny stav, medeni hal, relationship status, mar st, mrtl sts",
    _E.NATIONALITY: "nationality, citizenship, nationalitat, staatsangehorigkeit, staatsburgerschaft, nacionalidad, ciudadania, nationalite, nazionalita, cittadinanza, nacionalidade, obywatelstwo, narodowosc, nationaliteit, nationalitet, medborgarskap, kansalaisuus, obcanstvi, uyruk, country birth, birth country, country of birth, natlty, ctzn",
    _E.HEALTH: "diagnosis, diagnose, dx, dx code, icd, icd code, icd 10, icd10, condition, medical condition, disease, illness, krankheit, befund, enfermedad, diagnostico, maladie, diagnostic, malattia, diagnosi, doenca, choroba, rozpoznanie, ziekte, medication, medicine, prescription, rx, drug, medikament, medikation, medicamento, medicament, farmaco, lek, symptom, symptoms, allergy, allergies, disability, behinderung, blood type, blood group, health status, treatment, therapy, comorbidity, chronic condition, vaccination, snomed, handicap, discapacidad, bmi, mental health, pregnancy",
    _E.RELIGION: "religion, faith, konfession, religious affiliation, religious belief, relig, denomination, religia, wyznanie, credo, fede, religiao, godsdienst, uskonto, nabozenstvi, din, creed, confession, glaube, church, kirchensteuer, belief",
    _E.ETHNICITY: "ethnicity, ethnic group, ethnic origin, race, ethnic, ethn, ethnie, etnia, etnicidad, raza, raca, herkunft, ethnische herkunft, rasa, pochodzenie etniczne, origine ethnique, etniciteit, cor raca, racial group, heritage, afkomst",
    _E.SEXUAL_ORIENTATION: "sexual orientation, sexual identity, orientation, sexualitat, sexuelle orientierung, orientacion sexual, orientation sexuelle, orientamento sessuale, orientacao sexual, orientacja seksualna, seksuele geaardheid, sex orient, sexuality, sexual preference, orient, sex or",
    _E.POLITICAL: "political affiliation, political party, party affiliation, party membership, political opinion, political view, politics, political, parteizugehorigkeit, partei, partido, partido politico, parti politique, opinion politique, partito, orientamento politico, partia, poglady polityczne, partij, politieke partij, voted for, vote intention, voting intention, party voted, pol aff, pol pty, voter party, wahl, political leaning, party pref",
    _E.TRADE_UNION: "union, union membership, trade union, union member, labor union, labour union, gewerkschaft, gewerkschaftsmitglied, sindicato, afiliacion sindical, syndicat, appartenance syndicale, sindacato, iscrizione sindacale, filiacao sindical, zwiazek zawodowy, vakbond, fackforbund, fagforening, ammattiliitto, odbory, sendika, unn mbr",
}
_ABOUT = frozenset(["type", "typ", "tp", "kind", "count", "cnt", "total", "sum", "avg", "average", "num_of", "rate", "ratio", "pct", "percent", "status", "sts", "state", "flag", "is", "has", "valid", "validated", "verified", "provided", "template", "tpl", "tmpl", "version", "ver", "format", "fmt", "domain", "provider", "subject", "sent", "opened", "clicked", "open", "bounce", "bounced", "opt", "optin", "optout", "consent", "enabled", "disabled", "required", "missing", "length", "len", "size", "score", "level", "category", "cat", "model", "mdl", "os", "brand", "manufacturer", "product", "prd", "item", "article", "sku", "warehouse", "wh", "store", "depot", "hub", "branch", "office", "venue", "server", "srv", "host", "lb", "upstream", "gateway", "proxy", "pod", "node", "cluster", "vendor", "supplier", "company", "co", "shop", "merchant", "brand", "campaign", "table", "file", "column", "field", "schema", "event", "evt", "job_name", "rating", "error", "code_type", "tier", "validity", "expiry", "expires", "quality", "check", "calls", "emails", "phones", "names", "addresses", "users", "customers", "anzahl", "art", "typus", "statut", "estado", "firma", "empresa", "societe", "azienda", "lager", "filiale", "magasin", "tienda", "negozio", "sklep", "magazyn", "origin", "destination", "source", "target", "port", "airport", "station", "facility", "plant", "factory", "site"])  # fmt: skip
_PLACES = frozenset(["warehouse", "wh", "store", "depot", "hub", "branch", "venue", "server", "srv", "lb", "upstream", "gateway", "proxy", "pod", "node", "cluster", "vendor", "supplier", "company", "co", "shop", "merchant", "lager", "filiale", "magasin", "tienda", "negozio", "sklep", "magazyn", "port", "airport", "station", "facility", "plant", "factory", "site", "event", "evt"])  # fmt: skip
_IDENTITY = frozenset(
    ["id", "no", "nr", "num", "number", "key", "code", "ref", "urn", "uid", "uuid", "guid", "token", "identifier"]
)
_OPAQUE = frozenset(
    [
        "hash",
        "hsh",
        "hashed",
        "sha",
        "sha1",
        "sha256",
        "sha512",
        "md5",
        "hmac",
        "digest",
        "salted",
        "pseudonym",
        "pseudo",
        "blake",
        "fingerprint",
        "fp",
        "keyed",
        "token",
        "tok",
        "tkn",
    ]
)
_SPLIT = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\d_A-Za-z]+")
_PEOPLE = frozenset(
    [
        "user",
        "customer",
        "cust",
        "client",
        "member",
        "patient",
        "employee",
        "emp",
        "staff",
        "person",
        "people",
        "subscriber",
        "holder",
        "owner",
        "driver",
        "rider",
        "passenger",
        "psgr",
        "guest",
        "contact",
        "applicant",
        "candidate",
        "student",
        "resident",
        "tenant",
        "citizen",
        "ctz",
        "insured",
        "payer",
        "payee",
        "beneficiary",
        "recipient",
        "buyer",
        "donor",
        "voter",
        "worker",
        "crew",
        "doctor",
        "nurse",
        "party",
        "subject",
        "home",
        "personal",
        "private",
        "my",
        "profile",
        "delivery",
        "dlv",
        "billing",
        "shipping",
        "kunde",
        "mitarbeiter",
        "patient",
        "cliente",
        "usuario",
        "empleado",
        "salarie",
        "utente",
        "paziente",
        "klient",
        "pacjent",
        "klant",
        "werknemer",
        "device",
        "rider",
        "last",
    ]
)


def fold(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss").replace("ł", "l").replace("ø", "o"))
    return "".join(c for c in plain if not unicodedata.combining(c))


@lru_cache(maxsize=65536)
def tokens(name: str) -> tuple[str, ...]:
    """`dtBirth_2` → dt, birth, 2."""
    return tuple(part.lower() for part in _SPLIT.findall(fold(name)))


_SHORTENED = frozenset(["name", "date", "year", "code", "mail", "lat"])


@lru_cache(maxsize=65536)
def abbreviates(short: str, word: str) -> bool:
    """Whether `short` may stand for `word`: its first letters, or its letters in order with vowels left out."""
    if (
        len(short) < 2
        or len(short) >= len(word)
        or short[0] != word[0]
        or (len(short) == 2 and len(word) < 5 and word not in _SHORTENED)
    ):
        return False
    if len(short) >= 3 and word.startswith(short):
        return True
    consonants = word[0] + re.sub(r"[aeiouy]", "", word[1:])
    if short == consonants or (len(short) >= 3 and consonants.startswith(short)):
        return True
    if len(short) < 3 or len(short) < len(word) * 0.3:
        return False
    at = iter(word)
    return all(c in at for c in short) and not set(short[1:]) & set("aeiou")


@lru_cache(maxsize=1)
def _phrases() -> tuple[tuple[Entity, tuple[str, ...], str], ...]:
    return tuple(
        (entity, tuple(phrase.split()), phrase.replace(" ", ""))
        for entity, text in _WORDS.items()
        for phrase in (p.strip() for p in text.split(","))
    )


def _match(phrase: tuple[str, ...], words: tuple[str, ...]) -> float:
    """How well all words of `phrase` stand in `words`, each once: 1 exact, less by abbreviation, 0 not."""
    used: set[int] = set()
    score = 1.0
    for wanted in phrase:
        exact = next((i for i, word in enumerate(words) if i not in used and (word == wanted or word == wanted + "s")), None)
        if exact is None:
            short = next((i for i, word in enumerate(words) if i not in used and abbreviates(word, wanted)), None)
            if short is None:
                return 0.0
            used.add(short)
            score -= 0.25 if len(phrase) > 1 else 0.35
        else:
            used.add(exact)
    return max(score, 0.4) * (0.55 + 0.45 * len(used) / max(1, len(words)))


@lru_cache(maxsize=16384)
def suggests(name: str) -> dict[Entity, float]:
    """What the name suggests, 0 to 1, by entity; words that say the opposite weigh against it."""
    words = tuple(w for w in tokens(name) if not w.isdigit() or len(w) > 2)
    words = tuple(re.sub(r"\d+$", "", w) or w for w in words)
    joined = "".join(words)
    found: dict[Entity, float] = {}
    for entity, phrase, glued in _phrases():
        score = _match(phrase, words)
        if glued == joined:
            score = 1.0
        elif len(glued) >= 5 and glued in joined:
            score = max(score, 0.75 * (0.5 + 0.5 * len(glued) / len(joined)) + 0.1)
        if score > found.get(entity, 0):
            found[entity] = score
    if about(name):
        found = {entity: score * 0.35 for entity, score in found.items()}
    if Entity.EMAIL_HASH in found and not opaque(name):
        found[Entity.EMAIL_HASH] *= 0.8
    return found


def about(name: str) -> bool:
    """Whether the name speaks of something about the thing (its type, count, state), or of a place or firm instead of a person."""
    words = tokens(name)
    return bool(set(words) & _ABOUT) and not {"medical", "marital", "civil", "relationship", "health"} & set(words)


def of_a_place(name: str) -> bool:
    """Whether the name speaks of a shop, a machine or a firm: what is there is not a person's."""
    return bool(set(tokens(name)) & _PLACES)


def opaque(name: str) -> bool:
    """Whether the name says hash, digest, token or pseudonym."""
    return bool(set(tokens(name)) & _OPAQUE)


def of_a_person(name: str) -> bool:
    """Whether a word of the name means a person (or what is theirs)."""
    return bool(set(tokens(name)) & _PEOPLE)


def identifier(name: str) -> bool:
    return bool(set(tokens(name)) & _IDENTITY)


def meaningless(name: str) -> bool:
    """`col_17`, `x29`, `field_3`, `c9`."""
    return (
        re.fullmatch(
            r"(?:[a-z]|col|column|field|fld|var|attr|f|x|c|v|feature|unnamed|dim|val|value|data)[ _:]*\d*", name.strip().lower()
        )
        is not None
    )
