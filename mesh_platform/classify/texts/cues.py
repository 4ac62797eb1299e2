"""Words that stand beside names, addresses and companies, in many languages, by what they say: the tagger sees the class besides the word."""

from __future__ import annotations

_CLASSES = {
    "title": """mr mrs ms miss mx dr prof professor doctor sir madam lord lady rev reverend captain officer judge coach nurse herr herrn frau fräulein dipl ing
        mme mlle monsieur madame mademoiselle maître docteur docteure sr sra srta señor señora señorita don doña dña d doctora dra licenciado lic
        sig signor signora signorina dott dottor dottoressa avv geom senhor senhora seu dona eng dhr mevr mw mevrouw meneer heer mijnheer drs pan pani panie panu panem
        fru fröken hr herra rouva neiti tri pán paní pana slečna mgr mudr judr gosp gospodin gospođa gospa dl dna domnul doamna bey hanım sayın bay bayan
        господин госпожа г-н г-жа пан пані доктор врач профессор κ κα κος κύριος κυρία κυρίου δρ السيد السيدة الدكتور الدكتورة دكتور آقای خانم دکتر מר גברת גב דר
        श्री श्रीमती डॉ सुश्री bapak ibu pak bu encik puan haji hajah anh chị ông bà cô คุณ นาย นาง นางสาว bwana bibi mzee alhaji mallam""",
    "greet": """dear hi hello hey hallo hullo greetings liebe lieber liebes moin servus geehrter geehrte geehrten bonjour bonsoir salut cher chère chers hola estimado estimada querido querida buenas
        ciao caro cara gentile buongiorno egregio spett olá oi prezado prezada beste geachte hoi dag goedemorgen cześć witaj szanowny szanowna drogi droga hej hejsan bästa kära kære hei kjære
        moi hyvä ahoj dobrý vážený vážená milý kedves tisztelt szia bună stimate stimată dragă pozdrav poštovani merhaba sayın selam здравствуйте привет уважаемый уважаемая дорогой дорогая
        вітаю шановний шановна γεια αγαπητέ αγαπητή καλημέρα مرحبا عزيزي عزيزتي سلام שלום नमस्ते प्रिय halo hai yth chào kính attn to""",
    "close": """regards sincerely cheers thanks thank best yours truly faithfully respectfully love xoxo grüße grüßen grüsse gruß gruss lg mfg vg cordialement salutations bises amitiés bientôt saludo saludos
        atentamente abrazo cordialmente saluti cordiali distinti cumprimentos abraço abraços atenciosamente groet groeten groetjes mvg mvh pozdrawiam poważaniem hälsning hälsningar hilsen vennlig
        terveisin yst pozdravem üdvözlettel üdv stimă respect pozdrav saygılarımla saygılar уважением поваги спасибо дякую εκτίμηση ευχαριστώ تحياتي التحية التحيات בברכה תודה धन्यवाद salam hormat trân signed""",
    "name": """name names named nombre nom prénom apellido apellidos nome cognome sobrenome apelido naam voornaam achternaam imię nazwisko nazwiskiem vorname nachname heiße heisse heißt genannt chiamo chiama llamo llama
        appelle chamo heet heter hedder namn navn nimi nimeni jmenuji jméno meno volám nevem név numele numesc zovem ime adım adı ismim зовут имя имени фамилия звати имя λένε ονομάζομαι όνομα اسمي اسم نام שמי שם
        नाम नाम நான் பெயர் nama jina ชื่อ tên called fullname firstname lastname surname holder cardholder titular intestatario inhaber inhaberin kontoinhaber kontoinhaberin titulaire rekeninghouder signature 名前 姓名""",
    "role": """customer client patient passenger guest user caller agent employee candidate applicant contact person tenant owner author sender recipient receiver consignee driver student teacher manager attendee participant
        member colleague neighbour neighbor boss assignee requester approver reporter beneficiary insured claimant plaintiff witness kunde kundin kunden patientin mitarbeiter mitarbeiterin ansprechpartner ansprechpartnerin nachbar
        nachbarn kollege kollegin absender empfänger mieter cliente clienta paciente pasajero empleado responsable vecino compañero patiente cliente client salarié voisin collègue destinataire expéditeur paziente dipendente
        collega referente destinatario funcionário vizinho klant patiënt medewerker contactpersoon buurman klient klientka pacjent pacjentka kund kunden kundtjänst kontaktperson asiakas potilas zákazník zákaznice pacient ügyfél
        clientul clienta pacientul kupac stranka müşteri hasta клиент клиентка покупатель пациент пациентка ответственный клієнт πελάτης πελάτισσα ασθενής العميل العميلة المريض مشتری بیمار הלקוח הלקוחה המטופל ग्राहक मरीज pelanggan pasien mteja khách ลูกค้า""",
    "kin": """husband wife mother father mom mum dad son daughter brother sister uncle aunt cousin friend girlfriend boyfriend partner fiancé grandma grandpa mann frau mutter vater sohn tochter bruder schwester freund freundin
        mari femme mère père fils fille frère soeur sœur ami amie marido esposa esposo madre padre hijo hija hermano hermana amigo amiga moglie marito figlio figlia fratello sorella filho filha irmão irmã mãe pai
        man vrouw moeder vader zoon dochter broer zus vriend mąż żona syn córka brat siostra make fru son dotter far mor муж жена сын дочь мать отец брат сестра""",
    "say": """said says called calls phoned rang wrote asked asks told confirmed mentioned emailed replied requested reported complained wants wanted needs ordered bought received paid lives works sent forwarded moved signed
        sagte rief schrieb fragte möchte will wohnt arbeitet hat appelé écrit souhaite demande habite travaille llamó escribió dice pide quiere solicita vive trabaja chiamato scritto chiede vuole abita lavora ligou escreveu quer mora
        belde schreef vraagt wil woont werkt zadzwonił zadzwoniła napisał chce mieszka pracuje ringde skrev vill bor arbetar позвонил написала хочет живет проживает работает просит жалуется aradı istiyor κάλεσε ζητά ζήτησε اتصل يطلب""",
    "org": """inc ltd llc plc corp corporation company co gmbh ag kg kgaa ohg ev mbh sa sarl sas sasu sl slu spa srl snc sapa lda ltda bv nv vof zoo sp ska sj ab hb as asa aps oy oyj sro kft zrt bt doo ad aş şti pty pvt
        group holdings holding partners associates sons brothers bank insurance foods motors energy pharma media systems solutions technologies industries ventures labs studio airlines hotels hotel supermarket hospital clinic
        university school foundation institute agency ministry council stiftung verein groupe société banque banco grupo hermanos hijos asociados banca fratelli figli gruppo stichting firma firmy fundacja ооо оао зао пао ао ип фгуп""",
    "street": """street st road rd avenue ave lane ln drive dr boulevard blvd court ct place pl square sq terrace way close crescent grove gardens row alley parkway pkwy highway hwy suite apt apartment flat unit floor box
        straße strasse str weg allee gasse platz ring damm ufer rue avenue boulevard bd quai impasse chemin allée place cours route calle c avenida avda av plaza paseo pasaje camino carretera ronda travesía glorieta piso acceso cañada cuesta pasadizo callejón vial urbanización rambla polígono alameda
        via viale piazza corso largo vicolo strada lungomare contrada borgo canale rotonda stretto incrocio salita piazzale rua travessa praça alameda estrada rodovia apto bloco straat laan plein kade gracht singel dreef steeg ul ulica al aleja os osiedle plac rynek
        gatan vägen gränd torg vej gade allé gata gate veien katu tie kuja ulice náměstí nám utca út tér körút sokağı sokak caddesi cad mah mahallesi bulvarı strada str bulevardul bd ulica trg ул улица пр проспект пер переулок наб пл бульвар д кв
        вул вулиця просп бул οδός λεωφόρος πλατεία شارع طريق حي رחוב רח שדרות jalan jl gang đường phố street""",
    "address": """address addresses adresse adresa adres adress dirección domicilio indirizzo endereço morada osoite címem cím alamat địa адрес адреса διεύθυνση العنوان כתובת पता lives live living reside resides wohnt wohne wohnhaft
        habite vivo vive abito abita moro mora woon woont mieszkam mieszka bor bydlí lakik deliver delivered ship shipping billing lieferadresse livraison entrega spedizione dostawy leverans pickup located 住所 地址 주소""",
    "month": """january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec januar februar märz mai juni juli oktober dezember janvier février mars avril juin
        juillet août septembre octobre novembre décembre enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre
        monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag samstag sonntag lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miércoles jueves viernes sábado domingo
        agustus aprilie aprill apríl apríla aprīlis aralık augusta augusti augusts augustus augusztus avgust ağustos balandis balandžio birželio birželis březen března czerwca czerwiec decembra decembrie decembris desember detsember
        dezembro dhjetor duben dubna ekim elokuu elokuuta eylül februari februarie február februára februāris fevereiro gegužė gegužės grudnia grudzień gruodis gruodžio gusht haziran heinäkuu heinäkuuta helmikuu helmikuuta huhtikuu
        huhtikuuta ianuarie iulie iunie jaanuar janar janeiro januari január januára janvāris joulukuu joulukuuta julho julij junho junij juuli juuni júl júla július jún júna június jūlijs jūnijs kasım kesäkuu kesäkuuta kolovoz kolovoza
        korrik kovas kovo květen května kwiecień kwietnia lapkritis lapkričio leden ledna liepa liepos lipanj lipca lipiec lipnja listopad listopada listopadu lokakuu lokakuuta lutego luty maaliskuu maaliskuuta maart maijs maio maj maja
        marca marec maret marraskuu marraskuuta mart martie marts marzec março mayıs mei máj mája május március märts nisan noiembrie novembra novembris novembro nëntor ocak octombrie oktobris oktoober október októbra outubro ožujak
        ožujka październik października prill prosinac prosinca prosince prosinec qershor rugpjūtis rugpjūčio rugsėjis rugsėjo rujan rujna sausio sausis septembra septembrie septembris setembro shkurt shtator sierpień sierpnia siječanj
        siječnja spalio spalis srpanj srpen srpna srpnja studeni studenoga styczeń stycznia svibanj svibnja syyskuu syyskuuta szeptember tammikuu tammikuuta temmuz tetor toukokuu toukokuuta travanj travnja vasario vasaris veebruar veljača
        veljače wrzesień września září április únor února červen července červenec června říjen října şubat απρίλιος απριλίου αυγούστου αύγουστος δεκέμβριος δεκεμβρίου ιανουάριος ιανουαρίου ιουλίου ιουνίου ιούλιος ιούνιος μάιος μάρτιος
        μαΐου μαρτίου νοέμβριος νοεμβρίου οκτωβρίου οκτώβριος σεπτέμβριος σεπτεμβρίου φεβρουάριος φεβρουαρίου август августа апрель апреля април березень березня вересень вересня грудень грудня декабрь декабря декември жовтень жовтня июль
        июля июнь июня квітень квітня липень липня листопад листопада лютий лютого май март марта мая мај ноември ноябрь ноября октомври октябрь октября сентябрь сентября септември серпень серпня січень січня травень травня февраль
        февраля февруари червень червня юли юни январь января януари јануари јули јуни""",
    "bearer": """hall room theatre theater library airport stadium arena park school college museum church bridge centre center memorial auditorium pavilion terminal square fountain saal halle haus aula hörsaal theater stadion brücke flughafen bibliothek
        gymnasium schule raum forum salle stade théâtre lycée collège hôpital aéroport amphi musée pont gare médiathèque sala teatro estadio colegio instituto aeropuerto auditorio museo parque puente biblioteca ospedale aeroporto ponte
        palazzo villa liceo scuola escola estádio pavilhão largo zaal museum bibliotheek teatr lotnisko biblioteka rondo most szkoła szpital im sál divadlo gymnázium nemocnice letiště knihovna terem színház könyvtár híd iskola teatrul liceul spitalul aeroportul podul
        dvorana kazalište škola bolnica salen teatern skolan museet sali teatteri koulu museo kahvila salonu stadyumu lisesi hastanesi kütüphanesi köprüsü зал зала театр имени імені школа музей парк больница лікарня стадион аэропорт αίθουσα θέατρο σχολείο μουσείο قاعة مسرح مدرسة مستشفى مطار جامعة
        אולם תיאטרון מוזיאון चौक विद्यालय अस्पताल gedung bandara lapangan trường""",
    "trade": """bakery solicitors plumbing haulage joinery opticians garage catering dental bäckerei kanzlei autohaus tischlerei praxis verlag metzgerei spedition optik fahrschule gebrüder boulangerie cabinet éditions menuiserie ets pharmacie frères clinique
        panadería bufete talleres editorial bodegas carpintería peluquería farmacia viuda panificio studio officina edizioni cantine falegnameria parrucchieri impresa pizzeria padaria oficina editora carpintaria irmãos construções bakkerij uitgeverij slagerij kapsalon gebroeders apotheek
        piekarnia kancelaria zakład wydawnictwo apteka bracia gabinet restauracja salon pekařství autoservis nakladatelství lékárna truhlářství nadace bratři pékség szerviz kiadó patika alapítvány cukrászda brutăria editura fundația frații pekara naklada ljekarna zaklada braća obrt bageri bilverkstad förlag
        stiftelsen bröderna rederi åkeri bakeri forlaget brødrene leipomo kustannus säätiö veljekset kahvila kampaamo fırını yayınları eczanesi vakfı kardeşler пекарня автосервис издательство фонд братья пекарна φούρνος εκδόσεις φαρμακείο ίδρυμα شركة مخبز مؤسسة صيدلية مطعم מאפיית הוצאת קרן קפה toko warung apotek klinik quán tiệm ร้าน บริษัท""",
    "ill": """disease syndrome score test sign catheter criteria fracture drain palsy scale manoeuvre maneuver stain lymphoma reflex morbus maladie signe échelle sonde manœuvre enfermedad síndrome escala signo maniobra morbo sindrome scala segno catetere manovra doença sinal teste manobra
        ziekte syndroom choroba zespół skala objaw nemoc škála kór boala sindromul semnul testul sjukdom syndrom sygdom sykdom tauti oireyhtymä hastalığı sendromu testi болезнь синдром шкала симптом проба хвороба νόσος σύνδρομο مرض متلازمة اختبار מחלת תסמונת מבחן penyakit sindrom bệnh chứng""",
    "host": "node host server cluster namespace pod container instance printer database knoten serveur nœud nodo nodul uzel węzeł nod solmu node узел вузол κόμβος düğümü simpul nút צומת العقدة namespace image deployment helm chart broker replica shard queue topic bucket",
    "storm": "storm hurricane typhoon cyclone orkan sturm tempête ouragan huracán tormenta tempesta uragano tempestade furacão orkaan vihar furtuna oluja stormen myrsky fırtınası ураган шторм عاصفة bão",
    "part": "von van der den de del della di da dos das du des la le el al bin ibn ben bint ter ten zu zur af av e y i san santa mac mc o d l",
    "function": """the a an is was and or but if in on at of by with from for this that it he she they we you i my your his her our their der die das ein eine und oder ist war in im am bei mit von für le la les un une et ou est
        dans avec pour par el los las un una y o es en con por para il lo gli uno e è nel con per o os as um uma é em com het een en is op met voor i w na z do jest och är på med til er af ja on että
        и в на не с по из от что к у за ο η το και στο στην από في من على إلى और में का की के ve bir ile ki""",
}  # fmt: skip
CLASSES: dict[str, tuple[str, ...]] = {}
for _class, _words in _CLASSES.items():
    for _word in _words.split():
        CLASSES[_word] = (*CLASSES.get(_word, ()), _class)
STREET_ENDS = (
    "straße", "strasse", "str", "gasse", "weg", "platz", "allee", "damm", "ufer", "ring", "straat", "laan", "plein", "kade", "gracht", "singel", "dreef", "steeg", "dijk", "hof", "pad", "gatan", "vägen",
    "gränd", "allén", "vej", "gade", "gata", "gate", "veien", "stræde", "katu", "tie", "kuja", "polku", "utca",
)  # fmt: skip
"""Ends of words that are streets where name and kind are written together."""
