"""Words that say what the number or word behind them is, in many languages; `NOTHING` are those that say it is no personal data.

A blank in a phrase stands for blank, underscore, hyphen, dot or nothing (`user id`: user_id, UserId, user-id); a star for more letters.
"""

from __future__ import annotations

import re
from functools import lru_cache

from mesh_platform.classify.entities import Entity

NOTHING = "NOTHING"

_PHRASES: dict[str, str] = {
    Entity.NATIONAL_ID: """ssn|social security|social security number|social insurance|social insurance number|sin|national id|national insurance|national insurance number|ni number|nino|national identification|national number
        |identity number|identity card|id card|id number|citizen id|citizen card|tax id|tax number|taxpayer*|tin|itin|ppsn|pps number|aadhaar|aadhar|pan card|cnic|nric|fin number|sa id|emirates id|voter id|personal code|personal id|personal number
        |personal identity|id no|nid|steuer id|steueridnr|steueridentifikationsnummer|steuernummer|steuer nr|idnr|personalausweis*|ausweisnummer|ausweis nr|ausweis|sozialversicherungsnummer|sv nummer|svnr|sv nr|ahv|ahv nummer|ahv nr
        |identifikationsnummer|sécurité sociale|numéro de sécurité sociale|numero de securite sociale|n° de sécurité sociale|nir|numéro insee|carte d'identité|carte nationale d'identité|cni|numéro fiscal|nif|numéro national|numéro avs|avs
        |dni|nie|dni nie|documento de identidad|documento nacional|número de documento|cédula|cedula|cédula de ciudadanía|cédula de identidad|curp|rfc|rut|run|cuit|cuil|seguridad social|número de la seguridad social|identificación
        |codice fiscale|cod fiscale|c f|cf|carta d'identità|carta di identità|numero di identità|cpf|rg|cartão de cidadão|cartão de cidadao|bilhete de identidade|contribuinte|número de contribuinte|identidade|nis|pis
        |bsn|burgerservicenummer|sofinummer|rijksregisternummer|identiteitskaart|identiteitsnummer|pesel|nip|dowód|dowód osobisty|dowodu|numer dowodu|personnummer|person nr|personnr|pnr|samordningsnummer|cpr|cpr nr|cpr nummer|personnummeret|fødselsnummer
        |fødselsnr|henkilötunnus|hetu|kennitala|rodné číslo|rodne cislo|rč|r č|číslo občanského průkazu|občanský průkaz|občiansky preukaz|személyi szám|személyi igazolvány|taj|taj szám|adóazonosító*|cnp|buletin|carte de identitate|seria ci|egn|егн|лнч|jmbg|oib|emšo|osobna iskaznica|osebna izkaznica
        |isikukood|asmens kodas|personas kods|tc kimlik|t c kimlik|tckn|tc no|t c no|kimlik no|kimlik|kimlik numarası|снилс|инн|серия и номер паспорта|рнокпп|ипн|іпн|рнокп|єдрпоу|ідентифікаційний код|αφμ|α φ μ|αμκα|α μ κ α|αδτ|ταυτότητα*|αριθμός ταυτότητας
        |ת ז|תעודת זהות|מספר זהות|ת\"ז|רقم الهوية|رقم الهوية|الهوية الوطنية|رقم البطاقة الوطنية|بطاقة الهوية|کد ملی|आधार|पैन|ktp|nik|nomor ktp|cmnd|cccd|căn cước*|mykad|บัตรประชาชน|เลขบัตรประชาชน|身份证|身份证号|身份证号码|身分證|マイナンバー|個人番号|주민등록번호|주민번호""",
    Entity.PASSPORT: """passport|passport no|passport number|passport nr|reisepass*|pass nr|passnummer|passeport|numéro de passeport|pasaporte|passaporto|passaporte|paspoort|paspoortnummer|paszport*|passnr|passi|passin numero|cestovní pas|číslo pasu|pas číslo|cestovný pas|útlevél*|pașaport*|putovnica|pasoš*|potni list
        |pasaport|pasaport no|паспорт*|загранпаспорт*|закордонний паспорт|διαβατήριο*|διαβατηρίου|جواز|جواز السفر|رقم جواز السفر|گذرنامه|דרכון|מספר דרכון|पासपोर्ट|paspor|hộ chiếu|พาสปอร์ต|หนังสือเดินทาง|护照|护照号|護照|パスポート|旅券番号|여권|여권번호|vegabréf*|pase""",
    Entity.DRIVER_LICENSE: """driver license|drivers license|driver's license|driver licence|drivers licence|driver's licence|driving license|driving licence|driver license number|license no|licence no|licence number|license number|licence|dl|dl no|dl number|dln|führerschein*|fahrerlaubnis*|permis de conduire|permis|numéro de permis
        |carnet de conducir|permiso de conducir|licencia de conducir|licencia de conducción|licencia|brevete|patente|patente di guida|cnh|carta de condução|carteira de motorista|habilitação|rijbewijs*|prawo jazdy|prawa jazdy|körkort*|førerkort*|kørekort*|ajokort*|řidičský průkaz|řidičského průkazu|vodičský preukaz
        |jogosítvány*|vezetői engedély*|permis auto|permis de conducere|vozačka dozvola|vozačke dozvole|vozniško dovoljenje|ehliyet*|sürücü belgesi|водительское удостоверение|водительского удостоверения|права|посвідчення водія|δίπλωμα οδήγησης|άδεια οδήγησης|رخصة القيادة|گواهینامه|רישיון נהיגה|sim|sim card no
        |giấy phép lái xe|ใบขับขี่|驾照|驾驶证|運転免許*|免許証*|운전면허*""",
    Entity.VEHICLE_ID: """license plate|licence plate|number plate|plate|plate no|plate number|plates|reg plate|vehicle reg*|vehicle|vehicle no|vehicle id|registration|registration no|registration number|registration plate|reg no|reg number|car reg|vrn|vin|vin no|vin number|chassis|chassis no|chassis number|car|van|truck|kennzeichen|kfz|kfz kennzeichen|nummernschild|fahrgestellnummer|fin
        |immatriculation|plaque|plaque d'immatriculation|véhicule|voiture|immatriculé*|matrícula|matricula|placa|placas|vehículo|coche|bastidor|targa|targato|targata|veicolo|telaio|veículo|viatura|kenteken|chassisnummer|voertuig|rejestracyjny|numer rejestracyjny|nr rej|tablica|tablice|pojazd|regnr|reg nr|registreringsnummer|registreringsskylt
        |nummerplade|nummerskilt|rekisterinumero|rekisteritunnus|rek nro|spz|rz|poznávací značka|státní poznávací značka|rendszám*|număr de înmatriculare|nr înmatriculare|registarska oznaka|tablice|registrska|plaka*|госномер|гос номер|номер авто|автомобиль|машина|держномер|πινακίδα|αριθμός κυκλοφορίας|όχημα
        |لوحة|رقم اللوحة|پلاک|לוחית|מספר רכב|רכב|nopol|plat nomor|biển số|ทะเบียนรถ|ทะเบียน|车牌|车牌号|車牌|ナンバープレート|車両番号|차량번호|차량""",
    Entity.BANK_ACCOUNT: """account number|account no|account nr|account|acct|acct no|acct number|a c no|acc|acc no|bank account|bank account number|bank acct|checking account|savings account|routing|routing number|aba|sort code|bsb|clabe|iban|bic iban|giro|konto|kontonummer|konto nr|kontonr|ktonr|kto|kto nr|bankkonto|bankverbindung|blz|compte|compte bancaire|numéro de compte|n° de compte|rib
        |cuenta|cuenta bancaria|número de cuenta|numero de cuenta|n° de cuenta|cta|nº cuenta|cbu|conto|conto corrente|numero di conto|conto n|conta|conta corrente|número da conta|conta bancária|nib|agência|rekening|rekeningnummer|bankrekening|rachunek|numer rachunku|nr rachunku|numer konta|nr konta|konta|bankgiro|bg|plusgiro|clearing
        |bankkonto|registreringsnr|tilinumero|tili|číslo účtu|č ú|účet|číslo účtu|számlaszám*|bankszámla*|cont|cont bancar|contul|broj računa|račun|hesap|hesap no|hesap numarası|счет|счёт|расчетный счет|р с|номер счета|рахунок|λογαριασμός|αριθμός λογαριασμού|τραπεζικός λογαριασμός|رقم الحساب|الحساب البنكي|شماره حساب|חשבון בנק|חשבון|מספר חשבון|rekening|nomor rekening
        |số tài khoản|tài khoản|บัญชี|เลขที่บัญชี|账号|银行账号|银行账户|帳號|口座番号|口座|계좌|계좌번호|खाता|खाता संख्या""",
    Entity.MEDICAL_ID: """mrn|mr no|medical record|medical record number|medical record no|medical id|patient id|patient no|patient number|patient nr|pat id|pid|patient identifier|chart no|chart number|hospital no|hospital number|nhs|nhs no|nhs number|health card|health card number|health insurance|health insurance number|insurance id|insurance no|insurance number|medicare|medicare no|medicare number|medicaid|hicn|mbi|ohip
        |ehic|krankenversicherungsnummer|krankenversichertennummer|krankenkasse*|versichertennummer|versicherten nr|versichertennr|kvnr|kv nummer|kv nr|versicherungsnummer|patientennummer|patienten nr|patienten id|fallnummer|dossier|numéro de dossier|dossier médical|numéro de patient|numéro patient|ipp|mutuelle|carte vitale|numéro d'assuré|historia clínica|historia|nhc|nº de historia|número de historia
        |tarjeta sanitaria|cip|número de paciente|cartella clinica|cartella|tessera sanitaria|codice paziente|id paziente|numero paziente|prontuário|cartão sus|cns|sns|número de utente|utente|patiëntnummer|patiënt id|patientnummer|zorgnummer|polisnummer|numer pacjenta|nr pacjenta|karta pacjenta|journalnummer|journal nr|patientnr|potilasnumero|potilastunnus|číslo pacienta|číslo pojištěnce
        |rodné číslo pojištěnce|betegszám|pacijent id|hasta no|hasta numarası|protokol no|номер карты пациента|медкарта|медицинская карта|полис|полис омс|омс|номер пацієнта|αριθμός ασθενούς|αριθμός μητρώου|رقم المريض|الملف الطبي|شماره پرونده|מספר מטופל|no rekam medis|rekam medis|bpjs|病历号|患者番号|診察券番号|환자번호|등록번호""",
    Entity.USER_ID: """user id|userid|uid|user no|user number|user key|user ref|user pk|usr id|usrid|customer id|customer no|customer number|customer nr|customer ref|customer code|cust id|cust no|custid|custno|customer|cust|client id no|client number|client no|client ref|member id|member no|member number|membership|membership no|membership number|member|account id|acct id|accountid|profile id|person id|personid
        |subscriber|subscriber id|subscriber no|loyalty|loyalty no|loyalty number|loyalty card|loyalty id|employee id|employee no|employee number|emp id|emp no|empid|staff id|staff no|badge|badge no|student id|student no|student number|policyholder|contact id|owner id|actor id|actor|principal|sub|subject id|subject|guest id|player id|playerid|visitor no|buyer id|seller id|driver id|rider id|tenant id|donor id|recipient id|participant id|party id|crm id
        |kundennummer*|kunden nr|kundennr|kd nr|kdnr|kd nummer|kunden id|kunde nr|kunde|mitgliedsnummer|mitglieds nr|mitglied|benutzer id|nutzer id|personalnummer|personal nr|mitarbeiternummer|matrikelnummer|teilnehmernummer|numéro client|n° client|n° de client|numéro de client|id client|code client|client n|identifiant client|numéro adhérent|n° adhérent|adhérent|matricule|abonné
        |número de cliente|numero de cliente|nº de cliente|nº cliente|n° cliente|id cliente|id de cliente|código de cliente|cliente nº|cliente n|número de socio|socio|nº de socio|id usuario|id de usuario|usuario id|número de empleado|legajo|codice cliente|numero cliente|cod cliente|id cliente|id utente|codice utente|matricola|tessera|numero tessera|número do cliente|número de cliente|código do cliente|id do cliente|id do usuário|matrícula nº
        |klantnummer|klant nr|klantnr|klant id|lidnummer|gebruikers id|personeelsnummer|numer klienta|nr klienta|id klienta|id użytkownika|numer członkowski|kundnummer|kundnr|kund nr|kund id|medlemsnummer|användar id|kundenummer|kundenr|kunde nr|medlemsnr|bruger id|bruker id|asiakasnumero|asiakas id|asiakasnro|jäsennumero|zákaznické číslo|číslo zákazníka|id zákazníka|zákaznícke číslo|ügyfélszám*|ügyfél azonosító|cod client|id client|număr client|broj kupca|id korisnika|številka stranke
        |müşteri no|müşteri numarası|müşteri id|kullanıcı id|üye no|номер клиента|id клиента|код клиента|клиентский номер|id пользователя|номер абонента|лицевой счет|табельный номер|номер клієнта|id користувача|αριθμός πελάτη|κωδικός πελάτη|رقم العميل|معرف المستخدم|رقم العضوية|شماره مشتری|מספר לקוח|מזהה לקוח|nomor pelanggan|id pelanggan|mã khách hàng|รหัสลูกค้า|客户编号|客户号|会员号|用户id|会員番号|お客様番号|顧客番号|고객번호|회원번호|ग्राहक संख्या""",
    Entity.DEVICE_ID: """device id|device|deviceid|device uuid|device identifier|device token|device serial|imei|imei no|imei number|imsi|meid|esn|iccid|idfa|idfv|gaid|aaid|android id|androidid|udid|hwid|hardware id|handset|handset id|phone id|wearable|wearable id|watch id|tracker id|sensor owner|installation id|install id|gerät|geräte id|gerätekennung|gerätenummer|id d'appareil|appareil|identifiant appareil|terminal id
        |dispositivo|id de dispositivo|id dispositivo|identificador de dispositivo|apparaat|apparaat id|urządzenie|id urządzenia|enhet|enhets id|enhed|laite|laitetunnus|zařízení|eszköz*|dispozitiv|uređaj|cihaz|cihaz id|устройство|id устройства|имей|пристрій|συσκευή|الجهاز|معرف الجهاز|دستگاه|מכשיר|perangkat|thiết bị|设备|设备号|端末|デバイス|기기""",
    Entity.ONLINE_ID: """cookie|cookie id|visitor|visitor id|visitorid|anonymous id|anonymousid|anon id|client id|clientid|cid|gclid|fbclid|fbp|ga|ga id|advertising id|ad id|adid|ads id|tracking cookie|browser id|browserid|browser fingerprint|fingerprint|session id|sessionid|sess|sid|session|amplitude id|mixpanel id|distinct id|segment id|maid|ppid|besucher id|id de visiteur|id visiteur|id de visitante|id visitatore|bezoekers id""",
    Entity.USERNAME: """username|user name|user names|login|login name|loginname|logon|handle|nick|nickname|screen name|screenname|user|usr|userid name|gamertag|gamer tag|psn|skype|skype id|telegram|discord|insta|instagram|twitter|tiktok|snapchat|github|benutzername|benutzer|nutzername|anmeldename|kennung|nom d'utilisateur|nom utilisateur|utilisateur|identifiant|pseudo|pseudonyme|usuario|nombre de usuario|alias|apodo
        |nome utente|utente|nickname|nome de utilizador|utilizador|usuário|nome de usuário|gebruikersnaam|gebruiker|inlognaam|nazwa użytkownika|użytkownik|login|användarnamn|användare|brugernavn|brukernavn|bruger|käyttäjätunnus|käyttäjänimi|käyttäjä|tunnus|uživatelské jméno|uživatel|prihlasovacie meno|felhasználónév|felhasználó|nume utilizator|nume de utilizator|utilizator|korisničko ime|korisnik|uporabniško ime
        |kullanıcı adı|kullanıcı|логин|логином|ник|никнейм|имя пользователя|пользователь|користувач|логін|ім'я користувача|όνομα χρήστη|χρήστης|اسم المستخدم|المستخدم|نام کاربری|שם משתמש|משתמש|nama pengguna|tên đăng nhập|ชื่อผู้ใช้|用户名|账户名|ユーザー名|ユーザ名|아이디|사용자""",
    Entity.SECRET: """password|passwd|pwd|pw|passphrase|passcode|pin|pin code|otp|api key|apikey|secret key|secret|access key|access token|auth token|bearer|token|private key|client secret|recovery code|passwort|kennwort|kennwort lautet|mot de passe|mdp|code secret|contraseña|clave|clave secreta|password è|parola d'ordine|senha|palavra passe|wachtwoord|hasło|lösenord|adgangskode|passord|salasana|heslo|jelszó|jelszavam|parolă|parola|lozinka|geslo|şifre|şifrem|пароль|пароля|κωδικός πρόσβασης|κωδικός|كلمة المرور|رمز عبور|סיסמה|kata sandi|mật khẩu|รหัสผ่าน|密码|パスワード|비밀번호""",
    Entity.PHONE: """phone|phone no|phone number|telephone|telephone number|tel|tel no|tel nr|tel number|mobile|mobile no|mobile number|cell|cell phone|cellphone|call|call me|call me on|call me at|calling|called from|text me|text|sms|fax|fax no|whatsapp|whats app|viber|signal|msisdn|contact number|contact no|reach|reach me|reach me at|reach me on|hotline|landline|ring me|dial|caller|callback|callback number|call back|ph|mob|daytime number|my number
        |telefon|telefonnummer|telefon nr|telefonnr|tel nr|handy|handynummer|handy nr|mobil|mobilnummer|mobilfunk*|rückruf|rufnummer|ruf|anrufen|festnetz|téléphone|téléphoner|tél|portable|mobile|numéro de téléphone|mon numéro|appelez|rappeler|joignable|appeler|teléfono|telefono|tlf|tfno|móvil|movil|celular|cel|llámame|llamar|llámenme|whatsapp|numero di telefono|cellulare|cell|recapito|chiamare|chiamatemi|telefone|telemóvel|telemovel|celular|ligue|ligar|contacto|contato
        |telefoonnummer|telefoon|mobiel|mobiele nummer|bel|bellen|terugbellen|gsm|numer telefonu|telefonu|komórka|kom|tel kom|dzwonić|telefonnummer|mobilnummer|ring|tlf|tlf nr|mobilnr|ring meg|puhelin|puh|puhelinnumero|gsm|kännykkä|soita|sími|símanúmer|telefonní číslo|telefón|volejte|telefonszám*|mobilszám*|hívjon|număr de telefon|telefonul|sunați|broj telefona|mobitel|nazovite|telefonska
        |telefonum|telefon numaram|telefon numarası|cep|cep telefonu|arayın|gsm|телефон*|тел|моб|мобильный|номер телефона|звоните|позвоните|перезвоните|мобільний|τηλέφωνο|τηλ|κινητό|καλέστε|هاتف|الهاتف|رقم الهاتف|جوال|رقم الجوال|موبايل|تلفن|موبایل|شماره تماس|شماره تلفن|טלפון|נייד|פלאפון|फोन|मोबाइल|फ़ोन|ফোন|nomor telepon|telepon|hp|no hp|điện thoại|số điện thoại|sđt|โทร|เบอร์|เบอร์โทร|simu|电话|手机|手机号|联系电话|電話|電話番号|携帯|전화|전화번호|휴대폰|연락처""",
    Entity.DATE_OF_BIRTH: """born|born on|born in|dob|d o b|date of birth|birth date|birthdate|birthday|birth|b day|bday|geboren|geboren am|geb|geb am|geburtsdatum|geb datum|gebdat|geburtstag|geburtsjahr|né|née|né le|née le|date de naissance|naissance|ddn|nacido|nacida|nació|nací|nacimiento|fecha de nacimiento|f nac|fec nac|nato|nata|nato il|nata il|nascita|data di nascita|nascido|nascida|nasci|nasceu|nascimento|data de nascimento|d n
        |geboortedatum|geboren op|geboorte|gebdatum|urodzony|urodzona|urodziłem|urodziłam|urodzenia|data urodzenia|ur|födelsedatum|född|föddes|fødselsdato|født|f dato|syntymäaika|syntynyt|synt|s aika|fædd*|narozen*|narodil*|datum narození|dátum narodenia|nar|született|születési|születési idő|szül|születési dátum|născut|născută|data nașterii|rođen*|datum rođenja|rojen*|datum rojstva|doğum tarihi|doğumlu|doğum|d tarihi|doğdum
        |родился|родилась|рождения|дата рождения|д р|г р|рожд|народився|народилася|народження|дата народження|роден|родена|дата на раждане|γεννήθηκε|γεννήθηκα|γέννησης|ημερομηνία γέννησης|ημ γέννησης|تاريخ الميلاد|مواليد|ولد|ولدت|تاریخ تولد|متولد|תאריך לידה|נולד|נולדה|נולדתי|जन्म|जन्म तिथि|जन्मतिथि|tanggal lahir|lahir|tgl lahir|ngày sinh|sinh ngày|sinh|วันเกิด|เกิด|เกิดวันที่|出生|出生日期|生日|生年月日|生まれ|誕生日|생년월일|생일|출생|dzimšanas datums|gimimo data|sünniaeg|sündinud|gimęs|dzimis""",
    Entity.CREDIT_CARD: """card|card no|card number|credit card|credit card number|debit card|cc|cc no|ccn|visa|mastercard|amex|american express|pan|kreditkarte*|kreditkartennummer|kartennummer|karte|carte|carte bancaire|carte de crédit|cb|numéro de carte|tarjeta|tarjeta de crédito|número de tarjeta|carta di credito|carta|numero carta|cartão|cartão de crédito|creditcard*|kaartnummer|kaart|karta|karty|numer karty|karta kredytowa|kreditkort*|kortnummer|kort|luottokortti*|kortti|karta číslo|bankkártya*|kártyaszám|card de credit|kartica|kart no|kredi kartı*|kart numarası|карта|карты|номер карты|карту|картка|κάρτα*|πιστωτική|بطاقة|رقم البطاقة|כרטיס אשראי|कार्ड|kartu kredit|thẻ|บัตรเครดิต|信用卡|卡号|カード|カード番号|카드|카드번호""",
    NOTHING: """order|order id|order no|order number|order nr|orders|invoice|invoice no|invoice number|inv|ticket|ticket no|ticket id|ticket number|case|case no|case id|case number|tracking|tracking no|tracking id|tracking number|track|shipment|parcel|parcel no|consignment|awb|sku|build|version|ver|v|release|rev|revision|firmware|ref|ref no|reference|reference no|reference number|amount|total|sum|price|cost|fee|paid|qty|quantity|count|trace|trace id|traceid|span|span id|request|request id|req|req id|reqid|requestid|correlation id|corr|job|job id|run|run id|batch|batch no|batch id|lot|lot no
        |commit|sha|sha1|sha256|md5|checksum|hash|digest|etag|error|error code|err|code|status|exit code|port|thread|process id|room|room no|floor|gate|seat|flight|train|bus|model|model no|serial|serial no|serial number|s n|sn|product|product id|product code|article|article no|item|item no|item id|part|part no|part number|po|po no|po number|purchase order|quote|quote no|quotation|offer|contract no|transaction|transaction id|txn|txn id|tx|payment id|payment ref|transfer id|voucher|coupon|promo|promo code|discount|gift card|rma|return no|line|page|row|rows|step|chapter|section|table|store|store no|store id|branch|shop id|warehouse|bin|rack|shelf|zone|site id|server|node|host|hostname|pod|container|cluster|instance|region|endpoint|message id|msg id|event id|log id|doc|document no|doc id|isbn|ean|upc|gtin|asin|barcode|vat|vat no|vat id|tva|ust id|ust idnr|hrb|hrb nr|siret|siren|company no|company number|registration of company|duns|ein|kvk|regon|krs|org nr|cvr|ico|ič|ičo
        |bestellung|bestellnummer|bestell nr|bestellnr|auftrag|auftragsnummer|auftrags nr|rechnung|rechnungsnummer|rechnungs nr|re nr|artikel|artikelnummer|artikel nr|art nr|sendung|sendungsnummer|sendungs nr|paket|paketnummer|vorgang|vorgangsnummer|aktenzeichen|az|ticketnummer|seriennummer|gutschein|betrag|summe|preis|charge|vertragsnummer|commande|numéro de commande|n° de commande|facture|n° de facture|colis|suivi|numéro de suivi|réf|référence|article|montant|prix|bon de commande|numéro de série|lot
        |pedido|número de pedido|nº de pedido|factura|nº de factura|envío|seguimiento|paquete|referencia|artículo|importe|precio|expediente|número de serie|lote|ordine|numero d'ordine|n° ordine|fattura|spedizione|pacco|riferimento|articolo|importo|prezzo|pratica|matricola prodotto|numero di serie|encomenda|nota fiscal|fatura|rastreio|código de rastreio|referência|artigo|valor|preço|protocolo|bestelling|bestelnummer|ordernummer|factuur|factuurnummer|zending|pakket|referentie|bedrag|prijs|zaaknummer|serienummer
        |zamówienie|zamówienia|numer zamówienia|faktura|faktury|numer faktury|przesyłka|przesyłki|paczka|paczki|kwota|cena|zgłoszenie|numer seryjny|beställning|beställningsnummer|ordernr|fakturanummer|försändelse|kolli|belopp|pris|ärende|ärendenummer|ordre|ordrenummer|pakke|beløb|sag|sagsnummer|bestilling|tilaus|tilausnumero|lasku|laskunumero|paketti|summa|hinta|tiketti|objednávka|objednávky|číslo objednávky|faktúra|zásilka|balík|částka|rendelés|rendelésszám|számla|csomag|összeg|comandă|comanda|factură|colet|sumă|narudžba|račun br|pošiljka|iznos|naročilo|račun št
        |sipariş|sipariş no|fatura no|kargo|takip no|tutar|fiyat|заказ|заказа|номер заказа|накладная|посылка|артикул|сумма|цена|трек|трек номер|замовлення|рахунок фактура|посилка|поръчка|παραγγελία*|τιμολόγιο|δέμα|ποσό|طلب|الطلب|رقم الطلب|فاتورة|شحنة|سفارش|فاکتور|הזמנה|חשבונית|משלוח|ऑर्डर|चालान|pesanan|faktur|resi|đơn hàng|hóa đơn|คำสั่งซื้อ|ออเดอร์|订单|订单号|发票|快递单号|注文|注文番号|ご注文|請求書|伝票番号|주문|주문번호|송장번호|attempts|took|ms|bytes|size|took ms|duration|latency|pid no|tid|build no|deploy|agent version|weight|width|height|temperature|temp|voltage|battery""",
}  # fmt: skip

_GAP = r"[\s_.-]{0,2}"


def _trie(phrases: list[str]) -> str:
    """One expression for all phrases, in which common beginnings stand once: it is tried in time of the text, not of the list."""
    root: dict[str, object] = {}
    for phrase in phrases:
        node = root
        for char in phrase:
            node = node.setdefault(char, {})  # type: ignore[assignment]
        node[""] = {}
    return _expression(root)


def _expression(node: dict[str, object]) -> str:
    branches, ends = [], False
    for char, below in sorted(node.items(), reverse=True):
        if char == "":
            ends = True
            continue
        head = _GAP if char == " " else r"[^\W\d_]{0,14}" if char == "*" else re.escape(char)
        assert isinstance(below, dict)
        branches.append(head + _expression(below))
    if not branches:
        return ""
    body = branches[0] if len(branches) == 1 and not ends else f"(?:{'|'.join(branches)})"
    return f"{body}?" if ends else body


@lru_cache(maxsize=1)
def meanings() -> dict[str, str]:
    """What each phrase, without its gaps, says. A phrase in two lists has the first one's meaning."""
    found: dict[str, str] = {}
    for meaning, phrases in _PHRASES.items():
        for phrase in phrases.split("|"):
            found.setdefault(squeezed(phrase.strip().rstrip("*")), meaning)
    return found


@lru_cache(maxsize=1)
def expression() -> re.Pattern[str]:
    """Finds every phrase as a word of its own."""
    phrases = sorted({p.strip().casefold() for group in _PHRASES.values() for p in group.split("|") if p.strip()})
    return re.compile(rf"(?<![^\W\d_])(?=[^\W\d_])(?:{_trie(phrases)})(?![^\W\d_]|(?<=[a-z])(?=['’][a-z]))", re.IGNORECASE)


@lru_cache(maxsize=20_000)
def meaning_of(found: str) -> str | None:
    """What the words found say: of a starred phrase, what its beginning says."""
    key = squeezed(found)
    table = meanings()
    if key in table:
        return table[key]
    return next((table[key[:n]] for n in range(len(key) - 1, 2, -1) if key[:n] in table), None)


def squeezed(phrase: str) -> str:
    return re.sub(r"[\s_.-]", "", phrase.casefold())
