"""What names of columns say: a table of phrases per data category, the short forms of words, and the words that turn a name around."""

from __future__ import annotations

from collections.abc import Mapping

TEXT, NUMBER, ANY = "text", "number", "any"

# category | kind of column | phrases, each a row of words of the name. The first line that fits wins.
_NAMES = """
user.privacy_preferences | any | opt in; opted in; opt out; opted out; consent; consented; unsubscribed
user.authorization.password | text | password; passwd; pwd; passphrase
user.authorization.credentials | text | secret; api key; access token; refresh token; private key; credential
user.financial.card.cvv | any | cvv; cvc; cvv2; cvc2; cvn; card security code; card verification
user.financial.card.pin | any | card pin; pin block; pinblock
user.financial.card.track | text | track data; track 1; track 2; track1; track2; magnetic stripe; magstripe
user.financial.card.pan | any | card number; credit card; debit card; cc number; pan
user.financial.iban | text | iban
user.financial.bank_account | any | bank account; account number; account no; routing number; sort code; bic; swift
user.government_id.national_identification_number | any | ssn; social security; national id; nino; nif; dni; cpf; curp; tax id; personal number; steuer id
user.government_id.passport_number | text | passport
user.government_id.drivers_license_number | any | driver license; drivers license; driving license; driving licence; driver licence; license number; licence number
user.government_id.vehicle_registration | text | license plate; licence plate; vin; vehicle identification; registration plate; number plate
user.health.record_id | any | mrn; medical record; patient id; patient number; nhs number; insurance id; insurance number
user.health.medical_diagnosis | any | diagnosis; diagnoses; icd; icd10; disease; symptom; symptoms; dx; medical condition; health condition
user.health.medications | any | medication; medicine; drug; prescription; dosage; rx
user.health | any | allergy; allergies; blood type; blood group; disability; health status; medical; pregnancy; pregnant; bmi
user.health | any | blood pressure; bloodpressure; systolic; diastolic; heart rate; heartrate; resting pulse; pulse rate; blood sugar; glucose; hba1c; hb a1c; cholesterol; hdl; ldl; triglycerides; body temperature; oxygen saturation; spo2; vital sign; vitals; lab result; lab value; hiv; vaccination; vaccinated; immunization; blutdruck; herzfrequenz; blutzucker; presion arterial; tension arterielle
user.biometrics | any | fingerprint template; retina; biometric; voiceprint; face id
user.demographic.race_ethnicity | any | race; ethnicity; ethnic; ethn
user.demographic.religious_belief | any | religion; religious; relig; faith; confession; konfession
user.demographic.sexual_orientation | any | sexual orientation; orientation
user.demographic.political_opinion | any | political; party membership; voting
user.demographic.union_membership | any | union membership; trade union
user.demographic.citizenship_or_immigration_status | any | nationality; citizenship; immigration
user.demographic.date_of_birth | any | birth; birthdate; birthday; bday; dob; geburtsdatum; born; nacimiento
user.demographic.gender | any | gender; sex; salutation
user.demographic.age_range | any | age; age band; age group
user.demographic.marital_status | any | marital
user.demographic.language | text | language; locale; lang
user.device.ip_address | text | ip; ip address; ipv4; ipv6; remote addr; client ip
user.device.cookie_id | text | cookie id; visitor cookie; ga
user.device.device_id | text | device id; device fingerprint; fingerprint; imei; idfa; gaid; maid; advertising id; mac address
user.contact.email | text | email; e mail; mail; mail address; correo; courriel
user.contact.fax_number | any | fax
user.contact.phone_number | any | phone; mobile; telephone; msisdn; whatsapp; handy; telefon; telefono
user.contact.address.street | text | street; address; address line; addr; strasse; calle; house number; residence
user.contact.address.postal_code | any | zip; zip code; postcode; postal code; plz; codigo postal
user.contact.address.city | text | city; town; ort; ciudad; ville
user.contact.address.state | text | home state; address state; state code; province; county; bundesland
user.contact.address.country | text | country; pais
user.location.precise | number | latitude; longitude; lat; lon; lng
user.location.precise | text | gps; coordinates; geo point
user.name.first | text | first name; given name; forename; fname; vorname; nombre; prenom; firstname
user.name.last | text | last name; family name; surname; lname; nachname; apellido; apellidos; lastname
user.account.username | text | username; user name; login; screen name; nickname; handle
user.name | text | full name; fullname; middle name; maiden name; cardholder; account holder; holder name; contact name; person name
user.device | text | user agent; browser
user.content.self_image | any | photo; avatar; selfie; portrait
user.financial | any | salary; income; wage; credit score; iban holder; net worth
user.professional_information.job_title | text | job title; occupation; profession
user.professional_information.workplace | text | employer; workplace
user.children | any | children; child name; guardian; parent name
user.behavior.browsing_history | text | referrer; page url; visited url
user.content | text | comment; message; body; content; note; notes; review; feedback; tweet; transcript; free text; chat; remark; remarks; complaint
"""

# What stands in a table about things, such as products or shops, is no person's address, name or device.
ONLY_OF_PEOPLE = (
    "user.contact.address",
    "user.location",
    "user.professional_information",
    "user.content",
    "user.demographic",
    "user.device",
)

ABOUT_IT = frozenset(
    ["count", "domain", "flag", "format", "kind", "length", "provider", "source", "status", "template", "type", "version"]
)
"""An `email_type` is no e-mail address."""

SHORT: Mapping[str, str] = {
    "acct": "account",
    "addr": "address",
    "brth": "birth",
    "cust": "customer",
    "eml": "email",
    "emp": "employee",
    "fp": "fingerprint",
    "lic": "license",
    "mob": "mobile",
    "pers": "person",
    "phn": "phone",
    "pspt": "passport",
    "tel": "telephone",
    "usr": "user",
}
"""Words as people abbreviate them."""


def _table() -> list[tuple[str, str, tuple[tuple[str, ...], ...]]]:
    lines = (line.split("|") for line in _NAMES.strip().splitlines())
    return [
        (category.strip(), kind.strip(), tuple(tuple(phrase.split()) for phrase in phrases.split(";")))
        for category, kind, phrases in lines
    ]


LOOKUP = _table()
"""Category, kind of column, and the phrases that say so; the first that fits wins."""
