"""The words of column names, by what they mean, in some twenty languages: whole words only, without accents.

Abbreviations are never listed; `names` derives them. `THINGS`, `ABOUT` and `PLACES` hold what speaks against a person.
"""

from __future__ import annotations

from mesh_platform.classify.entities import Entity

_E = Entity
PHRASES: dict[Entity, str] = {
    _E.EMAIL: "email, e mail, mail, mail address, email address, correo, correo electronico, courriel, epost, e post, sahkoposti, correio, posta, mailbox, mejl, eposta, eposti, elektronska posta, elpastas, epasts, inbox, electronic mail",
    _E.PHONE: "phone, phone number, telephone, telefon, telefono, tel, mobile, mobile phone, mobile number, cell, cell phone, cellphone, handy, handynummer, celular, cellulare, movil, portable, telefoon, tlf, gsm, fax, whatsapp, msisdn, komorka, contact number, caller, caller number, callback number, dialled number, puhelin, cep, telefone, telefonnummer, rufnummer, mobil, telefonszam, telefonas, talrunis, tilefono, denwa, dianhua, jeonhwa, nomer telefona, cep telefonu, sms",
    _E.PERSON: "full name, first name, last name, given name, family name, surname, forename, middle name, maiden name, contact person, contact name, customer name, client name, patient name, employee name, insured name, preferred name, legal name, vorname, nachname, familienname, prenom, apellido, cognome, sobrenome, apelido, imie, nazwisko, voornaam, achternaam, fornamn, efternamn, fornavn, etternavn, efternavn, etunimi, sukunimi, prijmeni, priezvisko, prezime, priimek, vezeteknev, keresztnev, prenume, pavarde, uzvards, perenimi, ad soyad, soyad, soyadi, imya, familiya, onoma, eponymo, shimei, xingming, display name, beneficiary, account holder, cardholder, passenger, recipient, recipient name, consignee, author, assignee, applicant, candidate, doctor, physician, nurse, driver, emergency contact, next of kin, guardian, payee, payer, signatory, submitted by, changed by, approved by, created by, entered by, handled by, signed by, reported by, spouse, titular, titulaire, intestatario, inhaber, ansprechpartner, sachbearbeiter, kontoinhaber, empfanger, destinataire, destinatario, odbiorca, wlasciciel, eier, innehavare",
    _E.STREET_ADDRESS: "address, street, street address, address line, addr, adresse, strasse, anschrift, direccion, domicilio, calle, rue, indirizzo, via, endereco, rua, adres, ulica, straat, adress, gata, osoite, adresa, residence, home address, delivery address, billing address, shipping address, lieferadresse, wohnadresse, katuosoite, lakcim, utca, dieythynsi, cim, naslov, adrese, aadress, jusho, dizhi, juso",
    _E.NATIONAL_ID: "ssn, social security, social security number, national id, national identity, nin, nino, tax id, tin, personal id, personnummer, pesel, dni, nie, nif, cpf, rut, curp, rfc, nir, insee, bsn, cnp, egn, oib, amka, snils, aadhaar, pan number, steuer id, steuernummer, sozialversicherungsnummer, svnr, codice fiscale, numero securite sociale, citizen id, citizen number, identity number, identity card, identity document, id card, personal number, personal code, fiscal number, fiscal code, tax number, taxpayer, personalausweis, ausweisnummer, henkilotunnus, hetu, rodne cislo, cpr, fodselsnummer, kennitala, asmens kodas, personas kods, isikukood, nhs number, insurance number, national insurance, id number, government id, sin, tckn, tc kimlik, kimlik, rrn, nric, emso, jmbg, adoazonosito, mynumber, resident registration, cedula, cedula identidad, documento identidad, nid, burgerservicenummer, sozialversicherung",
    _E.CREDIT_CARD: "card number, credit card, credit card number, debit card, payment card, cc number, ccn, pan, kartennummer, kreditkarte, kreditkartennummer, numero tarjeta, tarjeta, carte bancaire, numero carte, carte, carta, carta credito, cartao, karta, karta platnicza, kortnummer, kortti, kart numarasi, bankkarte, creditcard",
    _E.IBAN: "iban, iban number, bank iban",
    _E.BANK_ACCOUNT: "account number, bank account, bank account number, kontonummer, konto, numero cuenta, cuenta bancaria, cuenta, ccc, clabe, compte, numero compte, compte bancaire, conto corrente, conto, conta bancaria, rekening, rekeningnummer, bban, numer konta, tilinumero, bankszamla, cont bancar, sort code account, payout account, deposit account, routing number, bankkonto, cislo uctu, hesap numarasi",
    _E.PASSPORT: "passport, passport number, reisepass, passnummer, pasaporte, passeport, passaporto, paszport, paspoort, travel document, passaporte, passi, pasport, cestovni pas, utlevel, pasaport, pass number, machine readable zone, mrz",
    _E.DRIVER_LICENSE: "driver license, drivers license, driving licence, driver licence, dl number, fuhrerschein, fuhrerscheinnummer, permis, permis conduire, carnet conducir, permiso conducir, licencia conducir, patente, patente guida, prawo jazdy, rijbewijs, cnh, korkort, forerkort, ajokortti, ridicsky prukaz, ehliyet, jogositvany, carta conducao, licence number, license number, driving permit",
    _E.VEHICLE_ID: "license plate, licence plate, plate, rekisterinumero, rendszam, plaka, spz, nummerplade, registreringsnummer, number plate, registration plate, vehicle registration, kennzeichen, matricula, immatriculation, plaque, targa, placa, rejestracja, tablica rejestracyjna, kenteken, vin, vehicle identification number, chassis, chassis number, fahrgestellnummer, vehicle id, nummerplaat, skilt, registracna znacka",
    _E.IP_ADDRESS: "ip, ip address, client ip, remote address, remote ip, source ip, login ip, host ip, ipv4, ipv6, user ip, visitor ip, ip adresse, adresse ip, direccion ip, last ip, signup ip",
    _E.MAC_ADDRESS: "mac, mac address, hardware address, wifi mac, bluetooth mac, bssid, ethernet address, station mac, physical address",
    _E.DEVICE_ID: "device id, idfa, gaid, aaid, maid, imei, iccid, eid, android id, advertising id, advertising identifier, ad id, ad identifier, advertiser id, idfv, device fingerprint, browser fingerprint, fingerprint, device uuid, udid, device serial, serial number, wearable serial, handset id, imsi, meid, esn, oaid, device key, hardware id, push token, fcm token, apns token, device token, install id, installation id, tv id, rida, gerate id, geratekennung, sim serial, sim card, numero serie, seriennummer, device identifier, apns device, machine guid",
    _E.ONLINE_ID: "cookie, cookie id, ga, ga id, ga cookie, visitor id, client id, session cookie, tracking cookie, gclid, fbp, fbc, fbclid, msclkid, ttclid, browser id, anonymous id, visitor cookie, pixel id, tracker id, click id, distinct id, mixpanel id, amplitude id, segment id, ecid, mcvid, fpid, muid, matomo visitor, conversion linker, web visitor, hubspot utk, adobe visitor, besucher id, visiteur id, first party id, cross device id, anonymous visitor, tracking id",
    _E.USER_ID: "user id, uid, userid, customer id, party id, person id, patient id, employee id, personnel number, personalnummer, kundennummer, student id, matrikelnummer, account id, rider id, driver id, player id, gamer id, profile id, contact id, subject id, subject key, subject, guest id, passenger id, household id, policy holder id, loyalty id, loyalty number, loyalty card, participant id, respondent id, panelist id, donor id, resident id, worker id, crew id, buyer id, seller id, owner id, payer id, external user, person key, actor id, identity id, sub, identity provider subject, internal person, crm id",
    _E.USERNAME: "username, user name, login, login name, nickname, nick, handle, screen name, alias, benutzername, usuario, utilisateur, nome utente, nombre usuario, nom utilisateur, gamertag, account name, user login, logon, pseudo, gebruikersnaam, uzytkownik, kayttajatunnus, anvandarnamn, brukernavn, kullanici adi, uzivatelske jmeno, felhasznalonev, signin",
    _E.EMAIL_HASH: "email hash, hashed email, hem, email sha, email digest, mail hash, email token, email fingerprint, uid2, phone hash, hashed phone, user hash, hashed user, hashed id, customer hash, id hash, ssn hash, salted email, pseudonym, pseudonymised, pseudo id, email pseudonym, contact hash, person hash, identity hash, keyed email, ramp id, name hash, hmac email, salted mail, keyed person",
    _E.MEDICAL_ID: "medical record, medical record number, mrn, patient record, patient number, patientennummer, insurance id, health insurance, health insurance number, insurance number, insured id, health id, health card, versichertennummer, krankenversicherung, versichertennummer, carte vitale, nhs number, medicare, medicaid, hospital number, case number patient, tessera sanitaria, npi, medicare number, beneficiary number, chart number, historia clinica, expediente clinico, numero expediente, dossier medical, cartella clinica, krankenakte, patientenakte, krankenkasse, karta pacjenta, cislo pojistence, pojistenec, journalnummer, zdravotni pojisteni, tarjeta sanitaria",
    _E.SECRET: "password, passwd, pwd, password hash, secret, client secret, api key, apikey, access token, access key, auth token, token secret, private key, secret key, session token, bearer, refresh token, credential, passwort, kennwort, contrasena, clave acceso, mot de passe, senha, wachtwoord, haslo, heslo, jelszo, sifre, salasana, losenord, parola, geslo, parole, pin code, otp, totp, totp seed, signing key, webhook secret, security answer, cvv, cvc, recovery code, backup code, passphrase, authorization, connection string",
    _E.PROFILE_URL: "profile url, profile link, linkedin, linkedin url, facebook, facebook url, instagram, twitter, social url, social link, social profile, social media, github, xing, tiktok, profil, perfil, profilo, avatar, avatar url, gravatar",
    _E.GEO_PRECISE: "latitude, longitude, lat, lon, lng, long, latlon, lat lng, coordinates, coordinate, coords, gps, gps position, gps fix, gps track, geo, geo point, geo position, geolocation, geohash, geometry, location hash, position, last location, device location, home location, home position, breitengrad, langengrad, latitud, longitud, latitudine, longitudine, szerokosc geograficzna, dlugosc geograficzna, breite, lange, plus code, s2 cell, h3, h3 cell, h3 index, what3words, quadkey, maidenhead, utm, mgrs, wkt, wkb, last position, pickup location, dropoff location, location, koordinaten, ubicacion, posizione, localisation, emplacement, standort, sijainti, polozenie, trip start, nmea",
    _E.DATE_OF_BIRTH: "date birth, date of birth, birth date, birthdate, birthday, dob, bday, born, born on, born at, ne le, nee le, geboren am, nacido el, nascido em, birth year, year birth, year of birth, yob, geburtsdatum, geburtstag, geburtsjahr, geboren, fecha nacimiento, nacimiento, date naissance, naissance, annee naissance, data nascita, nascita, anno nascita, data nascimento, nascimento, data urodzenia, urodzenia, rok urodzenia, urodzony, geboortedatum, geboorte, geboortejaar, fodelsedatum, fodelsear, fodselsdato, fodselsdag, fodt, syntymaaika, syntynyt, datum narozeni, narozen, datum narodenia, datum rodenja, datum rojstva, szuletesi datum, szuletes, data nasterii, dogum tarihi, dogum, gimimo data, dzimsanas datums, sunniaeg, birth, data rozhdeniya, imerominia gennisis, tanjobi, seinengappi",
    _E.AGE: "age, age years, age group, age band, age range, age bracket, age bucket, age category, alter, altersgruppe, altersklasse, edad, etat, eta, idade, wiek, leeftijd, alder, ika, vek, yas, starost, varsta, amzius, vecums, vanus, tranche age, faixa etaria, grupo edad, fascia eta",
    _E.GENDER: "gender, sex, geschlecht, sexo, genero, sexe, genre, sesso, genere, plec, geslacht, kon, kjonn, kon, sukupuoli, pohlavi, pohlavie, spol, cinsiyet, lytis, dzimums, sugu, fylo, seibetsu, anrede, civilite, salutation, tratamiento",
    _E.POSTCODE: "postcode, postal code, post code, zip, zip code, zipcode, plz, postleitzahl, codigo postal, cp, code postal, cap, kod pocztowy, cep, codice postale, postnummer, postinumero, psc, iranyitoszam, pincode, pcode, postcodegebied, cod postal, pasto kodas, pasta indekss, posta kodu, postna stevilka, postanski broj, eircode",
    _E.CITY: "city, town, ort, wohnort, stadt, ciudad, ville, citta, comune, cidade, miasto, miejscowosc, stad, plaats, woonplaats, kommune, kommun, kaupunki, mesto, obec, varos, sehir, oras, miestas, pilseta, municipality, locality, residence city, home city, localidad, localite, localita, municipio, poblacion, birthplace, place of birth, birth geburtsort, birth city, wohnsitz, hometown, gemeinde, village",
    _E.JOB_TITLE: "job title, job, occupation, profession, beruf, position, role title, puesto, ocupacion, profesion, cargo, emploi, metier, poste, mestiere, professione, profissao, zawod, stanowisko, beroep, functie, yrke, stilling, ammatti, povolani, meslek, foglalkozas, poklic, zanimanje, ocupatie, profesija, title job, designation, berufsbezeichnung, tatigkeit, titre poste",
    _E.SALARY: "salary, gross salary, base salary, annual salary, wage, wages, income, annual income, gehalt, bruttogehalt, lohn, einkommen, salario, sueldo, ingresos, salaire, revenu annuel, revenu mensuel, stipendio, reddito, renda, wynagrodzenie, pensja, dochod, salaris, loon, inkomen, inkomst, palkka, lonn, mzda, place, fizetes, kereset, alga, atlyginimas, compensation, remuneration, pay rate, net pay, gross pay, base pay, take home pay, earnings, bonus amount, vergutung, hourly rate, monthly pay, payslip amount, household income, besoldung",
    _E.MARITAL_STATUS: "marital status, marital, civil status, familienstand, estado civil, etat civil, situation familiale, stato civile, stan cywilny, burgerlijke staat, civilstand, civilstatus, sivilstand, siviilisaaty, rodinny stav, medeni hal, csaladi allapot, bracni status, zakonski stan, stare civila, relationship status, seimynine padetis",
    _E.NATIONALITY: "nationality, citizenship, nationalitat, staatsangehorigkeit, staatsburgerschaft, nacionalidad, ciudadania, nationalite, nazionalita, cittadinanza, nacionalidade, cidadania, obywatelstwo, narodowosc, nationaliteit, nationalitet, medborgarskap, statsborgerskap, kansalaisuus, obcanstvi, statne obcianstvo, drzavljanstvo, allampolgarsag, cetatenie, uyruk, pilietybe, country birth, birth country, country of birth, passport country, geburtsland, pays naissance",
    _E.HEALTH: "diagnosis, diagnose, dx, icd, icd code, medical condition, disease, illness, krankheit, befund, enfermedad, diagnostico, maladie, diagnostic, malattia, diagnosi, doenca, choroba, rozpoznanie, ziekte, sykdom, sjukdom, sairaus, nemoc, diagnoza, betegseg, hastalik, medication, medicine, prescription, rx, drug, medikament, medikation, medicamento, medicament, farmaco, lek, leki, geneesmiddel, symptom, symptoms, allergy, allergie, alergia, allergia, intolerance, unvertraglichkeit, disability, behinderung, invalidite, discapacidad, disabilita, niepelnosprawnosc, blood type, blood group, blutgruppe, grupo sanguineo, health status, treatment, therapy, comorbidity, chronic condition, vaccination, impfung, vaccine, snomed, handicap, mental health, pregnancy, schwangerschaft, accessibility need, special needs, impairment, dietary medical, health issue",
    _E.RELIGION: "religion, faith, konfession, religious affiliation, religious belief, denomination, religia, wyznanie, religiao, religione, culto, culte, godsdienst, geloof, uskonto, religion zugehorigkeit, nabozenstvi, vallas, din, inanc, vjera, vera, religie, tikejimas, creed, confession, glaube, glaubensgemeinschaft, belief, kirchensteuer, trossamfund, livssyn, confesion, worship",
    _E.ETHNICITY: "ethnicity, ethnic group, ethnic origin, race, ethnic, ethnie, etnia, etnicidad, raza, raca, ethnische herkunft, ethnizitat, volksgruppe, rasa, pochodzenie etniczne, origine ethnique, etniciteit, etnisitet, etnicitet, cor raca, racial group, racial origin, afkomst, etnikum, origen etnico, narodnost, national origin, minority group",
    _E.SEXUAL_ORIENTATION: "sexual orientation, sexual identity, orientation, sexualitat, sexuelle orientierung, orientacion sexual, orientation sexuelle, orientamento sessuale, orientacao sexual, orientacja seksualna, seksuele geaardheid, seksuell orientering, sexuell laggning, seksuaalinen suuntautuminen, sexualni orientace, cinsel yonelim, sexuality, sexual preference, lgbt",
    _E.POLITICAL: "political affiliation, political party, party affiliation, party membership, political opinion, political view, politics, political, parteizugehorigkeit, partei, partido, partido politico, parti politique, opinion politique, partito, orientamento politico, partia, poglady polityczne, partij, politieke partij, politisk parti, politiskt parti, puolue, politicka strana, siyasi parti, voted for, vote intention, voting intention, party voted, voter party, political leaning, party preference, wahlabsicht, stemvoorkeur, preferencia politica",
    _E.TRADE_UNION: "union, union membership, trade union, union member, labor union, labour union, gewerkschaft, gewerkschaftsmitglied, sindicato, afiliacion sindical, syndicat, appartenance syndicale, sindacato, iscrizione sindacale, filiacao sindical, sindical, zwiazek zawodowy, zwiazki zawodowe, vakbond, fackforbund, fackforening, fagforening, fagforbund, ammattiliitto, odbory, odborova organizace, sendika, szakszervezet, sindikat, works council, bargaining unit",
}  # fmt: skip


def _words(text: str) -> frozenset[str]:
    return frozenset(text.replace("\n", " ").split())


IDENTIFIERS = _words(
    "id no nr num number key code ref reference urn uid uuid guid token identifier ident nummer numero numer nro cislo codigo codice clave cle klic klucz sleutel schlussel kennung kennzahl zeichen "
    "identificador identifiant identyfikator tunnus szam azonosito numara nomer kod kode kood kodas sifra broj stevilka arithmos bango matricule"
)
"""Words for an identifier; beside a word for a person they make one of a person."""
PEOPLE = _words(
    "user customer client member patient employee staff person people subscriber holder owner driver rider passenger guest contact applicant candidate student pupil resident tenant citizen insured payer payee "
    "beneficiary recipient buyer donor voter worker crew doctor nurse party subject consumer player participant respondent volunteer attendee visitor traveller traveler shopper borrower debtor claimant policyholder "
    "policyowner learner athlete coach teacher instructor individual personal people loyalty "
    "kunde mitarbeiter mitglied nutzer benutzer patient teilnehmer versicherter bewohner burger fahrer gast schuler lehrer inhaber spender bewerber abonnent kaufer person personal "
    "cliente usuario empleado miembro socio abonado paciente ciudadano conductor huesped alumno pasajero titular asegurado donante persona "
    "utilisateur salarie membre adherent abonne patient citoyen conducteur invite eleve passager assure donateur personne "
    "utente dipendente membro paziente cittadino conducente ospite alunno passeggero assicurato donatore socia tesserato iscritto "
    "usuario funcionario membro paciente cidadao motorista hospede aluno passageiro segurado doador pessoa associado "
    "klient pracownik czlonek pacjent obywatel kierowca gosc uczen pasazer ubezpieczony darczynca osoba uzytkownik abonent "
    "klant werknemer medewerker lid patient burger bestuurder gast leerling passagier verzekerde donateur persoon gebruiker abonnee "
    "kund anstalld medlem patient medborgare forare gast elev passagerare givare anvandare ansatt bruker pasient borger fører gjest medarbejder bruger "
    "asiakas tyontekija jasen potilas kansalainen kuljettaja vieras oppilas matkustaja henkilo kayttaja tilaaja "
    "zakaznik zamestnanec clen pacient obcan ridic host student cestujici pojistenec osoba uzivatel odberatel stranka korisnik zaposleni putnik gradanin "
    "musteri calisan uye hasta vatandas surucu misafir ogrenci yolcu kisi kullanici abone ugyfel dolgozo tag beteg polgar vendeg tanulo utas szemely felhasznalo elofizeto "
    "klientas narys pacientas klients biedrs pacients liige patsient kasutaja pelatis ergazomenos melos klijent"
)
NAMES = _words("name names namn navn nom nombre nome naam nimi jmeno meno ime nev nume vardas vards nimetus adi isim imie onoma")
"""Words for a name, of whatever."""
MEDICAL = _words(
    "medical health patient hospital clinic clinical insurance insured medicare medicaid kranken krankenhaus gesundheit versicherung klinik medico medica clinico clinica salud sante maladie "
    "hopital assurance sanitario sanitaria salute ospedale saude seguro convenio zdrowie zdrowotne szpital pacjent zdravotni nemocnice ziekenhuis zorg verzekering halsa sykehus sygehus sjukhus sairaala terveys saglik hastane egeszseg korhaz"
)
RECORDS = _words(
    "record chart file folder akte krankenakte expediente dossier karta kartoteka journal cartella historia fascicule ficha dosar karton karti policy card carte tarjeta tessera"
)
"""Beside a word for health these make the identifier of a patient."""
OWN = _words(
    "home personal private my profile delivery billing shipping device last own residence wohn domicile haus maison casa dom hjem hem koti house"
)
"""Words that make what stands beside them a person's own."""
OPAQUE = _words(
    "hash hashed hashes sha sha1 sha256 sha512 md5 hmac digest salted pseudonym pseudonymised pseudonymized pseudo blake blake2 fingerprint keyed token tokenized tokenised skrot streuwert empreinte huella impronta hachage checksum masked obscured anonymised"
)
SUMS = _words("hash hashes sha sha1 sha256 sha384 sha512 md5 digest checksum crc crc32 etag hmac")
"""What is made of a file as well as of a person's address: alone they say nothing."""
RELEASES = _words("version firmware release build revision")
"""Words for numbers with dots that are no addresses."""
ABOUT = _words(
    "per by daily weekly hourly minimum maximum mean median durchschnitt mittlere moyenne moyen media promedio mediana srednia gemiddelde deaths births visitors origin destination source target departure arrival abfahrt ankunft ziel "
    "type typ kind count total sum avg average rate ratio pct percent percentage status state flag is has valid validated verified provided template version format domain provider "
    "sent opened clicked open bounce bounced opt optin optout consent enabled disabled required missing length size score level category model os brand manufacturer product item article sku "
    "campaign table file column field schema event rating error tier validity expiry expires quality check calls emails phones names addresses users customers anzahl art typus statut estado plan channel "
    "limit quota usage amount price cost fee discount balance duration interval timeout delay weight height width volume temperature pressure speed distance quantity menge cantidad quantite ilosc antal "
    "theme color colour icon layout language locale currency unit encoding method protocol port config configuration konfiguration setting preference mode stage phase step reason result outcome summary description"
)
"""Words that say something about a thing or a group rather than name it."""
PLACES = _words(
    "warehouse store depot hub branch venue server host lb upstream gateway proxy pod node cluster vendor supplier company co shop merchant lager filiale magasin tienda negozio sklep magazyn "
    "port airport station facility plant factory site event tower mast antenna office headquarters outlet mall market kiosk locker charger terminal machine sensor meter gauge camera crane pump "
    "firma empresa societe azienda bedrijf foretag yritys kancelar laden geschaft betrieb werk standort fabrik fabrica usine club studio hall room court stadium school campus library museum clinic hospital hotel"
)
LITTLE = _words(
    "of in on at to for from the and de la el en von der die das am im du des los las di da do le il und et y e i og och ja"
)
"""Words that shorten nothing."""
THINGS = _words(
    "order invoice batch lot shipment parcel tracking material asset machine sensor meter ticket transaction payment booking reservation request response job run build commit page segment region tower mast "
    "contract policy claim voucher coupon receipt delivery package container pallet bin shelf part component spare device model firmware sdk package release image artifact artefact pipeline workflow task project "
    "cursor offset checksum etag trace span correlation message thread topic queue partition shard index row record line statement ledger cost profit tax vat duty tariff rate route trip stop vehicle fleet engine "
    "station zone area cell grid tile block floor building room seat table shelf aisle rack slot license licence subscription plan bundle offer catalog catalogue recipe ingredient menu dish drink song track album movie "
    "film book title isbn issue edition publisher journal course module lesson exam grade class section department division team unit branch bank exchange currency stock share fund bond "
    "rechnung auftrag bestellung lieferung vertrag artikel charge zahler maschine anlage vorgang beleg buchung pedido factura envio lote contrato commande facture livraison contrat colis lot ordine fattura "
    "spedizione contratto zamowienie faktura przesylka umowa bestelling factuur levering tilaus lasku objednavka storm hurricane rose breed species variety star planet comet ship vessel racehorse dog cat pet cocktail paint colour"
)
"""Words for things that carry numbers and names of their own."""
VAGUE: dict[Entity, frozenset[str]] = {
    _E.ETHNICITY: _words("race raza raca rasa origin afkomst minority"),
    _E.SEXUAL_ORIENTATION: _words("orientation"),
    _E.POLITICAL: _words("party partido partito partia partij part politics vote"),
    _E.TRADE_UNION: _words("union works unit"),
    _E.HEALTH: _words("condition drug rx treatment symptom issue therapy tani lek"),
    _E.RELIGION: _words("church din vera culto culte confession belief credo"),
}
"""Words that mean something else as often: values have to speak for them."""
