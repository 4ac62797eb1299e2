"""What bears a person's name and is nobody: halls, schools and squares, firms by their trade, illnesses and tests, works, hosts, holidays, storms.

A pattern holds `{f}` (a given name), `{l}` (a family name) or `{n}` (both); languages without a list of their own use the English one.
"""

from __future__ import annotations

_FAMOUS = """Johann Sebastian Bach;Ludwig van Beethoven;Antonio Vivaldi;Giuseppe Verdi;Frédéric Chopin;Edvard Grieg;Jean Sibelius;Béla Bartók;Antonín Dvořák;Leonardo da Vinci;Vincent van Gogh;Frida Kahlo;Astrid Lindgren;Selma Lagerlöf;Hans Christian Andersen;Søren Kierkegaard;Fridtjof Nansen;Roald Amundsen;Alexander von Humboldt;Immanuel Kant;Heinrich Heine;Bertolt Brecht;Thomas Mann;Käthe Kollwitz;Sophie Scholl;Konrad Adenauer;Helmut Schmidt;Rosa Luxemburg;Robert Koch;Otto Hahn;Lise Meitner;Max Planck;Albert Einstein;Marie Curie;Louis Pasteur;Jules Verne;Simone Veil;Jean Moulin;Jean Jaurès;Charles de Gaulle;Émile Zola;Molière;Honoré de Balzac;Miguel de Cervantes;Federico García Lorca;Simón Bolívar;Gabriela Mistral;Benito Juárez;Garibaldi;Dante Alighieri;Galileo Galilei;Maria Montessori;Fernando Pessoa;Vasco da Gama;José Saramago;Adam Mickiewicz;Juliusz Słowacki;Jan Matejko;Tadeusz Kościuszko;Maria Skłodowska;Bedřich Smetana;Karel Čapek;Petőfi Sándor;Kossuth Lajos;Mihai Eminescu;Nikola Tesla;Ivo Andrić;Mustafa Kemal;Yunus Emre;Nazım Hikmet;Martin Luther King;Abraham Lincoln;George Washington;Nelson Mandela;Desmond Tutu;Mahatma Gandhi;Indira Gandhi;Isaac Newton;Charles Darwin;Florence Nightingale;Emily Brontë;Walter Scott;Robert Burns;William Shakespeare;Edith Piaf;Josephine Baker;Spinoza;Erasmus;Willem van Oranje;Wisława Szymborska;Raoul Wallenberg;Dag Hammarskjöld;Alvar Aalto;Tove Jansson;Elias Lönnrot"""
FAMOUS = _FAMOUS.split(";")
FAMOUS_OTHER = {
    "ru": "Пушкина;Чехова;Гагарина;Толстого;Менделеева;Ломоносова;Чайковского;Горького", "uk": "Шевченка;Франка;Лесі Українки;Сковороди;Хмельницького;Лисенка", "bg": "Вазов;Ботев;Левски;Паисий",
    "el": "Ομήρου;Σωκράτους;Βενιζέλου;Κοραή;Σολωμού", "ar": "ابن سينا;صلاح الدين;طه حسين;الملك فهد;ابن خلدون;جمال عبد الناصر", "fa": "حافظ;سعدی;فردوسی;ولیعصر", "he": "הרצל;רוטשילד;ביאליק;דיזנגוף;אלנבי",
    "hi": "महात्मा गांधी;नेहरू;टैगोर;सरदार पटेल;लक्ष्मीबाई", "th": "รามคำแหง;นเรศวร;ตากสิน;สุนทรภู่", "ja": "夏目漱石;坂本龍馬;織田信長;紫式部;伊能忠敬", "zh": "中山;鲁迅;孔子;郑和;李白", "ko": "세종대왕;이순신;을지로;안중근;윤동주",
    "vi": "Nguyễn Huệ;Trần Hưng Đạo;Hai Bà Trưng;Lê Lợi;Phan Chu Trinh", "id": "Jenderal Sudirman;Diponegoro;Kartini;Soekarno", "hu": "Petőfi Sándor;Kossuth Lajos;Széchenyi István;Rákóczi Ferenc", "ka": "რუსთაველი;ილია ჭავჭავაძე", "hy": "Մաշտոց;Թումանյան",
}  # fmt: skip

VENUES = {
    "en": "{n} Hall;{l} Hall;the {n} Theatre;{l} Library;{n} Airport;{l} Stadium;{n} Arena;{l} Park;{n} School;{n} Centre;{l} Museum;St {f}'s Church;the {l} Building;{l} Bridge;{n} Room;Studio {f};Café {f};the {l} wing;{n} Intl;{n} Memorial;Auditorium {n};Pavilion {n};Terminal {n}",
    "de": "Saal {n};{n}-Saal;{l}-Halle;{n}-Halle;{n}-Platz;{l}platz;Haus {n};Theater {n};{n}-Schule;{l}-Gymnasium;Aula {n};Hörsaal {l};Stadion {n};{n}-Ufer;{n}-Brücke;Flughafen {n};Café {f};{l}-Museum;Raum {l};Bibliothek {n};Forum {n}",
    "fr": "salle {n};stade {n};théâtre {n};place {n};lycée {n};collège {n};hôpital {n};aéroport {n};amphi {l};musée {l};espace {n};pont {n};parc {n};gare {n};rue {n};boulevard {n};médiathèque {n};square {n}",
    "es": "sala {n};teatro {n};estadio {n};plaza {n};plaza de {l};colegio {n};instituto {n};hospital {n};aeropuerto {n};auditorio {n};museo {l};parque {n};puente {n};calle {n};biblioteca {n};paraninfo {n};café {f}",
    "it": "sala {n};teatro {n};stadio {n};piazza {n};liceo {n};ospedale {n};aeroporto {n};auditorium {n};museo {l};parco {n};ponte {n};via {n};biblioteca {n};aula {n};palazzo {l};villa {l};bar {f}",
    "pt": "sala {n};teatro {n};estádio {n};praça {n};escola {n};hospital {n};aeroporto {n};auditório {n};museu {l};parque {n};ponte {n};rua {n};biblioteca {n};pavilhão {n};largo {n}",
    "nl": "zaal {l};zaal {n};{n}plein;theater {n};stadion {n};{l}college;{n}school;museum {l};{l}park;{n}brug;bibliotheek {n};café {f};{l}hal", "pl": "sala im. {n};Teatr {n};stadion {n};plac {l};szkoła im. {n};szpital im. {n};lotnisko {n};ulica {l};rondo {l};biblioteka {n};park {l};aula {l};most {l}",
    "cs": "sál {n};divadlo {n};stadion {n};náměstí {l};gymnázium {n};nemocnice {n};letiště {n};ulice {l};knihovna {n};most {l}", "sk": "sála {n};divadlo {n};námestie {l};gymnázium {n};ulica {l};štadión {n}",
    "hu": "{n} terem;{n} Színház;{n} stadion;{l} tér;{n} Gimnázium;{n} Kórház;{l} utca;{n} Könyvtár;{l} híd", "ro": "sala {n};Teatrul {n};stadionul {n};piața {n};Liceul {n};Spitalul {n};aeroportul {n};strada {n};podul {l}",
    "hr": "dvorana {n};kazalište {n};stadion {n};trg {n};škola {n};bolnica {n};zračna luka {n};ulica {n}", "sv": "sal {n};{l}salen;{n}-teatern;{l}torget;{n}skolan;{l}gatan;stadion {n};{l}museet;kafé {f};{l}bron", "da": "sal {n};{l}salen;{n} Teatret;{n}s Plads;{n}-skolen;{l}sgade;stadion {n};{l}-museet;café {f}",
    "no": "sal {n};{n}-salen;{n} Teater;{n}s plass;{n}-skolen;{n}s gate;stadion {n};{l}-museet;kafé {f}", "fi": "sali {n};{n}-sali;{n} -teatteri;{l}n aukio;{n}-koulu;{l}nkatu;kahvila {f};{l}-museo;huone {f}", "tr": "{n} Salonu;{n} Stadyumu;{n} Lisesi;{n} Hastanesi;{n} Havalimanı;{l} Meydanı;{n} Caddesi;{n} Kütüphanesi;{l} Köprüsü",
    "ru": "зал {l};театр имени {l};площадь {l};улица {l};проспект {l};школа имени {l};музей {l};парк {l};больница имени {l};стадион {l};аэропорт {l};кафе «{f}»", "uk": "зал {l};театр імені {l};площа {l};вулиця {l};проспект {l};школа імені {l};музей {l};парк {l};лікарня імені {l};аеропорт {l};кафе «{f}»",
    "bg": "зала {l};театър {n};площад {l};улица {l};училище {n};музей {l}", "el": "αίθουσα {l};θέατρο {l};πλατεία {l};οδός {l};σχολείο {l};μουσείο {l};στάδιο {l}", "ar": "قاعة {n};مسرح {n};ميدان {n};شارع {n};مدرسة {n};مستشفى {n};مطار {n};جامعة {n};مكتبة {n}", "fa": "سالن {l};میدان {l};خیابان {l};مدرسه {l};بیمارستان {l}",
    "he": "אולם {l};תיאטרון {l};כיכר {l};רחוב {l};בית ספר {l};מוזיאון {l};שדרות {l}", "hi": "{l} हॉल;{l} चौक;{l} मार्ग;{l} विद्यालय;{l} अस्पताल;{l} हवाई अड्डा;{l} संग्रहालय", "th": "ห้อง{f};ถนน{l};โรงเรียน{l};โรงพยาบาล{l};อนุสาวรีย์{l}", "ja": "{l}記念館;{l}ホール;{l}通り;{l}大学;{l}病院;{l}駅", "zh": "{l}路;{l}公园;{l}纪念馆;{l}大学;{l}医院;{l}厅", "ko": "{l}홀;{l}로;{l}공원;{l}기념관;{l}역",
    "id": "Gedung {n};Jalan {n};Lapangan {l};Bandara {n};SMA {n};Museum {l}", "vi": "đường {n};trường {n};sân vận động {n};bệnh viện {n};công viên {n};nhà hát {n};phòng {n}", "ka": "{l}ს ქუჩა;{l}ს თეატრი;{l}ს სკოლა", "hy": "{l}ի փողոց;{l}ի թատրոն;{l}ի դպրոց", "et": "saal {n};{l} tänav;{l} muuseum;kohvik {f}", "lt": "salė {n};{l} gatvė;{l} muziejus;kavinė {f}",
}  # fmt: skip

FIRMS = {
    "en": "{l} Bakery;{l} & {l} Solicitors;{l} Plumbing Ltd;{n} Hair Studio;{f}'s Kitchen;{l} Brothers Haulage;{n} Foundation;{l} Joinery;Studio {l};{l} Opticians;{n} Estate Agents;{f} & {f} Catering;{l}'s Garage;{n} Racing;{l}, {l} & {l};{f} Marine Ltd;{n} Shipping Inc;{l} Dental Practice;{n} Fashion;The {l} Group",
    "de": "Bäckerei {l};Kanzlei {l} & {l};{n} Moden KG;Autohaus {l};Tischlerei {n};Praxis {l};{n} Stiftung;Verlag {l};{l} Söhne OHG;Metzgerei {l};Spedition {l};Elektro {l};Haus {f} GmbH;{l} Bau AG;Café {f} & Söhne;Sanitär {l};{n} Handels GmbH;Optik {l};Gebrüder {l};Fahrschule {l};Brüder {l} Verlag",
    "fr": "Boulangerie {l};Cabinet {l} & {l};Garage {l};Éditions {l};Maison {l};Menuiserie {n};Transports {l};Fondation {n};{n} Coiffure;Ets {l} et Fils;Chez {f};Clinique {l};Pharmacie {l};{l} Frères;{n} SARL;Laboratoires {l}",
    "es": "Panadería {l};Bufete {l} y {l};Talleres {l};Editorial {l};Bodegas {l};Carpintería {n};Transportes {l};Fundación {n};Peluquería {f};Hermanos {l};Casa {f};Clínica {l};Farmacia {l};{n} S.L.;Grupo {l};Viuda de {l}",
    "it": "Panificio {l};Studio Legale {l} e {l};Officina {l};Edizioni {l};Cantine {l};Falegnameria {n};Trasporti {l};Fondazione {n};Parrucchieri {f};Fratelli {l};Da {f};Clinica {l};Farmacia {l};{n} S.r.l.;Gruppo {l};Impresa {l};Studio {l} Associati;Pizzeria {f}",
    "pt": "Padaria {l};Advogados {l} & {l};Oficina {l};Editora {l};Quinta de {l};Carpintaria {n};Transportes {l};Fundação {n};Irmãos {l};Casa {f};Clínica {l};Farmácia {l};{n} Lda;Grupo {l};Construções {l}",
    "nl": "Bakkerij {l};Advocaten {l} & {l};Garage {l};Uitgeverij {l};Slagerij {l};Timmerbedrijf {n};Transport {l};Stichting {n};Kapsalon {f};Gebroeders {l};Bij {f};Apotheek {l};{n} B.V.;{l} & Zonen", "pl": "Piekarnia {l};Kancelaria {l} i {l};Zakład Krawiecki {l};Zakład Ślusarski {n};Wydawnictwo {l};Apteka {l};Firma {n};Fundacja {n};Bracia {l};U {f};{l} i Synowie sp.j.;{l} i Wspólnicy;{n} sp. z o.o.;Gabinet {l};Przedsiębiorstwo {l};Restauracja {f};Salon {f};Studio {l}",
    "cs": "Pekařství {l};Advokáti {l} & {l};Autoservis {l};Nakladatelství {l};Lékárna {l};Truhlářství {n};Nadace {n};Bratři {l};U {f};{n} s.r.o.;{l} a syn;Stavby {l}", "sk": "Pekáreň {l};Advokáti {l};Autoservis {l};Lekáreň {l};Nadácia {n};Bratia {l};{n} s.r.o.", "hu": "{l} Pékség;{l} Ügyvédi Iroda;{l} Autószerviz;{l} Kiadó;{l} Patika;{n} Alapítvány;{l} és Fia;{l} Testvérek Bt.;{n} Kft.;Szent {f} Cukrászda;{l} és Társai",
    "ro": "Brutăria {l};Avocați {l} și {l};Service {l};Editura {l};Farmacia {l};Fundația {n};Frații {l};La {f};{n} SRL;Construcții {l}", "hr": "Pekara {l};Odvjetnici {l} i {l};Autoservis {l};Naklada {l};Ljekarna {l};Zaklada {n};Braća {l};Kod {f};{n} d.o.o.;Obrt {l}",
    "sv": "{l} Bageri;Advokaterna {l} & {l};{l}s Bilverkstad;{l} Förlag;{n} Bygg AB;Stiftelsen {n};Bröderna {l};Hos {f};{l} & Söner;Rederi AB {l};{l}s Åkeri", "da": "{l}s Bageri;Advokaterne {l} & {l};{l} Auto ApS;Forlaget {l};{n} Byg A/S;{n} Fonden;Brødrene {l};Hos {f};{l} & Sønner;{n} Rederi A/S", "no": "{l} Bakeri;Advokatene {l} & {l};{l} Bil AS;Forlaget {l};{n} Bygg AS;Stiftelsen {n};Brødrene {l};Hos {f};{l} & Sønner;{n} Rederi AS;{n} Fiskeri AS",
    "fi": "Leipomo {l};Asianajotoimisto {l} & {l};Autokorjaamo {l};Kustannus {l};Rakennus {n} Oy;Säätiö {n};Veljekset {l};Kahvila {f};Oy {n} Ab;{l} & Pojat;Kampaamo {f}", "et": "{l} Pagar OÜ;Advokaadid {l};{n} OÜ;Vennad {l};{l} Ehitus AS", "lt": "UAB {l};{l} ir partneriai;{n} kepykla;Broliai {l}", "tr": "{l} Fırını;{l} Hukuk Bürosu;{l} Oto;{l} Yayınları;{l} Eczanesi;{n} Vakfı;{l} Kardeşler;{f} Kafe;{l} İnşaat A.Ş.;{l} ve Oğulları;{n} Ltd. Şti.",
    "ru": "ООО «{l}»;Пекарня {l};Адвокаты {l} и партнёры;Автосервис {l};Издательство {l};Фонд {l};Братья {l};ИП {l};ООО «{f}»;Торговый дом {l};АО «{l} и сыновья»;Кафе «{f}»", "uk": "ТОВ «{l}»;Пекарня {l};Адвокати {l} і партнери;Автосервіс {l};Видавництво {l};Фонд {l};Брати {l};ФОП {l};ТОВ «{f}»;ПП «{l} і сини»;Кав'ярня «{f}»", "bg": "„{l}“ ООД;Пекарна {l};Адвокати {l};Фондация {n};Братя {l};ЕТ {n}",
    "el": "Φούρνος {l};{l} & Συνεργάτες;Εκδόσεις {l};Φαρμακείο {l};Ίδρυμα {l};Αφοί {l};{l} Α.Ε.;{l} Ο.Ε.;Καφέ {f}", "ar": "شركة {l};مخبز {l};مكتب {l} للمحاماة;مؤسسة {n};دار {l} للنشر;صيدلية {l};إخوان {l};مجموعة {l};مطعم {f};عيادات {l}", "fa": "شرکت {l};نانوایی {l};داروخانه {l};بنیاد {l};برادران {l};گروه {l}",
    "he": "מאפיית {l};{l} ושות';הוצאת {l};בית מרקחת {l};קרן {l};אחים {l};{l} בע\"מ;קפה {f};מוסך {l}", "hi": "{l} बेकरी;{l} एंड संस;{l} प्रकाशन;{l} फ़ार्मेसी;{l} ट्रस्ट;{l} ब्रदर्स;{l} प्राइवेट लिमिटेड;{f} स्टोर", "th": "ร้าน{f};บริษัท {l} จำกัด;มูลนิธิ{l};คลินิก{l};ห้างหุ้นส่วน {l}", "ja": "株式会社{l};{l}製作所;{l}商店;{l}薬局;有限会社{l};{l}建設;{l}法律事務所;{l}財団;{l}屋;{l}製菓;株式会社{l}工務店;{l}病院",
    "zh": "{l}氏集团;{l}记餐厅;{l}律师事务所;{l}药房;{l}家面馆;上海{l}有限公司;{l}{l}贸易公司;{l}氏基金会", "ko": "주식회사 {l};{l} 제과;{l} 법률사무소;{l} 약국;{l} 재단;{l} 건설;{l}상회;(주){l};{l} 치과", "id": "PT {l};CV {l} Jaya;Toko {f};Yayasan {n};Apotek {l};Klinik {l};Warung {f};Kantor Hukum {l}", "vi": "Công ty {l};Công ty TNHH {n};Quán {f};Nhà thuốc {l};Văn phòng luật {l};Tiệm bánh {f}", "ka": "შპს {l};{l} და ძმები", "hy": "{l} ՍՊԸ;{l} և որդիներ",
}  # fmt: skip

EPONYMS = {
    "en": "{l}'s disease;{l} syndrome;{l}-{l} syndrome;the {l} score;{l} test;{l} sign;{l} catheter;{l} criteria;{l} fracture;a {l} drain;{l}'s palsy;{l} scale;the {l} manoeuvre;{l} stain;{l} lymphoma;{l} reflex;{l} clamp", "de": "Morbus {l};{l}-Syndrom;{l}-{l}-Syndrom;{l}-Test;{l}-Zeichen;{l}-Katheter;{l}-Score;{l}-Fraktur;{l}-Manöver;{l}-Färbung;{l}-Klemme",
    "fr": "maladie de {l};syndrome de {l};score de {l};signe de {l};échelle de {l};sonde de {l};test de {l};manœuvre de {l};fracture de {l}", "es": "enfermedad de {l};síndrome de {l};escala de {l};signo de {l};sonda de {l};test de {l};maniobra de {l};fractura de {l}", "it": "morbo di {l};sindrome di {l};scala di {l};segno di {l};catetere di {l};test di {l};manovra di {l}", "pt": "doença de {l};síndrome de {l};escala de {l};sinal de {l};sonda de {l};teste de {l};manobra de {l}",
    "nl": "ziekte van {l};syndroom van {l};{l}-score;{l}-test;teken van {l}", "pl": "choroba {l}a;zespół {l}a;skala {l};objaw {l}a;cewnik {l};test {l}a", "cs": "{l}ova choroba;{l}ův syndrom;škála {l};{l}ův test", "hu": "{l}-kór;{l}-szindróma;{l}-teszt;{l}-jel", "ro": "boala {l};sindromul {l};scala {l};semnul {l};testul {l}", "sv": "{l}s sjukdom;{l}s syndrom;{l}-test;{l}-kateter", "da": "{l}s sygdom;{l}s syndrom;{l}-test", "no": "{l}s sykdom;{l}s syndrom;{l}-test", "fi": "{l}in tauti;{l}in oireyhtymä;{l}in testi", "tr": "{l} hastalığı;{l} sendromu;{l} testi;{l} skalası",
    "ru": "болезнь {l};синдром {l};шкала {l};симптом {l};проба {l}", "uk": "хвороба {l};синдром {l};шкала {l};симптом {l};проба {l}", "el": "νόσος {l};σύνδρομο {l};τεστ {l}", "ar": "مرض {l};متلازمة {l};اختبار {l}", "he": "מחלת {l};תסמונת {l};מבחן {l}", "hi": "{l} रोग;{l} सिंड्रोम;{l} परीक्षण", "ja": "{l}病;{l}症候群;{l}試験", "zh": "{l}氏病;{l}综合征;{l}试验", "ko": "{l}병;{l} 증후군;{l} 검사", "vi": "bệnh {l};hội chứng {l};test {l}", "id": "penyakit {l};sindrom {l};tes {l}",
}  # fmt: skip

DAYS = {
    "en": "St {f}'s Day;{l} Day;Saint {f};{n} Day;{f} and {f} Week", "de": "Sankt {f};{f}tag;St.-{f}s-Tag", "fr": "la Saint-{f};Sainte-{f};Saint-{f}", "es": "San {f};Santa {f};Santo {f}", "it": "San {f};Santa {f};Sant'{f}", "pt": "São {f};Santa {f};Santo {f}", "nl": "Sint-{f};Sint {f}", "pl": "św. {f};Dzień {l}", "cs": "sv. {f};Den {l}", "ro": "Sfântul {f};Sfânta {f}", "hu": "Szent {f} napja", "ru": "день святого {l}", "uk": "день святого {l}", "el": "Αγίου {l};Αγία {f}", "tr": "{l} Günü", "ar": "عيد {f}", "sv": "Sankt {f};{f}dagen", "fi": "Pyhän {f}n päivä",
}  # fmt: skip
HOSTS = (
    "{h}",
    "{h}-{d}",
    "{h}{d}",
    "{h}.internal",
    "{h}-prod",
    "node-{h}",
    "{h}-{d}.example",
    "srv-{h}",
    "k8s-{h}-{d}",
    "db-{h}",
    "{H}",
    "{H}-{d}",
)
