"""Closed vocabularies in several languages: what a column of categories means when most of its distinct values stand in one of them.

The lists are common knowledge, written for this purpose. They are wide rather than complete: a share of the values is enough.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from mesh_platform.classify import vocabularies
from mesh_platform.classify.entities import Entity

_GAPS = re.compile(r"[\s_-]+")


@lru_cache(maxsize=16384)
def fold(text: str) -> str:
    """`text` in lower case, without accents, with single blanks."""
    plain = text.strip().lower()
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return _GAPS.sub(" ", plain)


def _set(text: str) -> frozenset[str]:
    return frozenset(fold(word) for word in text.replace("\n", ",").split(",") if word.strip())


GENDER = (
    _set("""male, female, m, f, w, d, x, man, woman, men, women, boy, girl, non-binary, nonbinary, non binary, nb, diverse, divers, other, männlich, weiblich, mann, frau, homme, femme,
masculin, féminin, masculino, femenino, feminino, hombre, mujer, homem, mulher, maschio, femmina, uomo, donna, h, mężczyzna, kobieta, k, muž, žena, férfi, nő, bărbat, femeie, man, vrouw, v,
kvinna, kvinde, mand, kvinne, mies, nainen, erkek, kadın, e, мужской, женский, мужчина, женщина, м, ж, чоловік, жінка, άνδρας, γυναίκα, α, θ, 男, 女, 男性, 女性, 남, 여, 남성, 여성, ذكر, أنثى, זכר, נקבה,
पुरुष, महिला, transgender, trans, genderqueer, genderfluid, intersex, agender, prefer not to say, unknown, u, not specified, unspecified, keine angabe, naiset, miehet, laki-laki, perempuan, nam, nữ, ชาย, หญิง,
belirtilmemiş, annat, annet, andet, muu, その他, 其他, 不明, 기타, otro, otra, otros, autre, altro, outro, outra, jiné, jiný, iné, inne, inna, egyéb, altul, alta, khác, muud, cits, kita, drugo, другое, інше, ž""")
    | _set(vocabularies.GENDER)
)
MARITAL = _set("""single, married, divorced, widowed, widow, widower, separated, engaged, partnered, civil partnership, domestic partnership, cohabiting, registered partnership, never married, unmarried,
common law, ledig, verheiratet, geschieden, verwitwet, getrennt, lebenspartnerschaft, eingetragene lebenspartnerschaft, célibataire, marié, mariée, divorcé, divorcée, veuf, veuve, pacsé, pacsée, séparé, concubinage,
soltero, soltera, casado, casada, divorciado, divorciada, viudo, viuda, separado, separada, pareja de hecho, solteiro, solteira, viúvo, viúva, união estável, celibe, nubile, coniugato, coniugata, sposato, sposata,
divorziato, divorziata, vedovo, vedova, separato, kawaler, panna, żonaty, zamężna, rozwiedziony, rozwiedziona, wdowiec, wdowa, w separacji, ongehuwd, gehuwd, gescheiden, weduwe, weduwnaar, samenwonend,
ogift, gift, skild, änka, änkling, sambo, ugift, skilt, enke, enkemand, fraskilt, naimaton, naimisissa, eronnut, leski, avoliitto, svobodný, svobodná, ženatý, vdaná, rozvedený, rozvedená, vdovec, vdova,
nőtlen, hajadon, házas, elvált, özvegy, necăsătorit, căsătorit, divorțat, văduv, bekar, evli, boşanmış, dul, холост, не замужем, женат, замужем, разведен, разведена, вдовец, вдова, в разводе, άγαμος, έγγαμος,
διαζευγμένος, χήρος, 未婚, 已婚, 离异, 丧偶, 既婚, 離婚, 死別, 미혼, 기혼, 이혼, 사별, s, m, d, w""") | _set(vocabularies.MARITAL)
RELIGION = (
    _set("""christian, catholic, roman catholic, protestant, evangelical, orthodox, greek orthodox, russian orthodox, eastern orthodox, anglican, baptist, methodist, lutheran, presbyterian, pentecostal, mormon,
latter day saints, jehovah's witness, jehovahs witness, adventist, seventh day adventist, quaker, calvinist, reformed, muslim, islam, islamic, sunni, shia, shiite, sufi, alevi, ahmadiyya, ibadi, jewish, judaism, jew,
hindu, hinduism, buddhist, buddhism, sikh, sikhism, jain, jainism, taoist, taoism, daoist, confucian, shinto, shintoist, bahai, baha'i, zoroastrian, parsi, druze, yazidi, pagan, wiccan, atheist, agnostic, humanist,
none, no religion, secular, non religious, unaffiliated, spiritual, rastafarian, animist, scientologist, unitarian, coptic, coptic orthodox, maronite, copt, mennonite, amish, hussite, romano catolico, evangelisch, katholisch,
römisch katholisch, evangelisch lutherisch, muslimisch, islamisch, jüdisch, orthodox, konfessionslos, buddhistisch, hinduistisch, christlich, atheistisch, altkatholisch, freikirchlich, catholique, protestant, musulman, musulmane, juif, juive,
bouddhiste, hindouiste, orthodoxe, athée, agnostique, sans religion, católico, católica, protestante, evangélico, evangélica, musulmán, musulmana, judío, judía, budista, hindú, ateo, atea, ateu, agnóstico, espírita, candomblé, umbanda, muçulmano, judeu,
cattolico, cattolica, musulmano, ebreo, ebraico, buddista, induista, ortodosso, ortodoxo, agnostico, katolik, protestant, prawosławny, muzułmanin, żyd, buddysta, ateista, bezwyznaniowy, rooms katholiek, katholiek, protestants, moslim, joods, boeddhist, hindoe,
geen, kristen, muslim, jude, buddhist, svenska kyrkan, folkekirken, katolikus, református, evangélikus, katolický, evangelický, bez vyznání, müslüman, hristiyan, yahudi, православный, католик, мусульманин, иудей, буддист, атеист, православие, ислам, χριστιανός ορθόδοξος, ορθόδοξος,
佛教, 道教, 基督教, 伊斯兰教, 天主教, 神道, 仏教, 불교, 개신교, 천주교, हिन्दू, मुस्लिम, مسلم, مسيحي, יהודי, prefer not to say""")
    | _set(vocabularies.RELIGION)
)
ETHNICITY = (
    _set("""white, black, asian, hispanic, latino, latina, latinx, mixed, african american, black or african american, caucasian, native american, american indian, alaska native, american indian or alaska native, pacific islander,
native hawaiian, middle eastern, north african, arab, south asian, east asian, southeast asian, white british, white irish, white other, any other white background, black african, black caribbean, black british, british asian, indian, pakistani, bangladeshi, chinese,
roma, romani, sinti, gypsy, traveller, irish traveller, gypsy or irish traveller, multiracial, biracial, two or more races, mestizo, mulatto, indigenous, aboriginal, torres strait islander, maori, māori, pasifika, inuit, métis, metis, first nations, sami, berber, kurdish, kurd, turkish,
ashkenazi, sephardi, han, uyghur, tibetan, zulu, xhosa, yoruba, igbo, hausa, coloured, afro caribbean, afro latino, african, caribbean, european, eurasian, slavic, kashmiri, tamil, punjabi, bengali, gujarati, sinhalese, malay, branco, branca, preto, preta, pardo, parda, amarelo, indígena,
blanco, negro, indígena, asiático, mestiza, weiß, schwarz, asiatisch, arabisch, other, other ethnic group, mixed white and black caribbean, mixed white and asian, white and black african, white and asian, latin american, hmong, persian, afghan, jewish, korean, japanese, vietnamese, filipino, somali, ethiopian""")
    | _set(vocabularies.ETHNICITY)
)
ORIENTATION = (
    _set("""heterosexual, homosexual, gay, lesbian, bisexual, bi, straight, pansexual, asexual, queer, demisexual, questioning, prefer not to say, gay or lesbian, heterosexuell, homosexuell, schwul, lesbisch, bisexuell, asexuell, pansexuell,
hétérosexuel, hétérosexuelle, homosexuel, homosexuelle, bisexuel, lesbienne, gai, heterosexual, bisexual, lesbiana, lésbica, eterosessuale, omosessuale, bisessuale, lesbica, heteroseksualny, homoseksualny, biseksualny, gej, lesbijka, heteroseksueel, homoseksueel, biseksueel, homo, hetero, lesbo,
aromantic, polysexual, omnisexual, fluid, same sex, same gender loving, heteroseksuel, homoseksuel, biseksuel, heterosexuell, гетеросексуал, гомосексуал, бисексуал, ετεροφυλόφιλος, 異性愛, 同性愛, other""")
    | _set(vocabularies.ORIENTATION)
)
POLITICAL = (
    _set("""democrat, democratic, republican, independent, libertarian, green, greens, labour, conservative, tory, tories, liberal, liberal democrat, liberal democrats, lib dem, lib dems, snp, plaid cymru, ukip, reform uk, brexit party, sinn féin, dup, sdlp, alliance, fine gael, fianna fáil,
cdu, csu, cdu/csu, spd, fdp, afd, die linke, linke, grüne, die grünen, bündnis 90/die grünen, bsw, piraten, freie wähler, övp, spö, fpö, neos, svp, sp, glp, die mitte, renaissance, en marche, rassemblement national, rn, front national, les républicains, lr, parti socialiste, ps, la france insoumise, lfi, eelv, pcf, modem, reconquête, horizons,
pp, psoe, vox, podemos, sumar, ciudadanos, erc, junts, pnv, bildu, partido popular, pd, partito democratico, lega, fratelli d'italia, forza italia, movimento 5 stelle, m5s, azione, italia viva, pis, prawo i sprawiedliwość, platforma obywatelska, po, ko, koalicja obywatelska, konfederacja, lewica, psl, polska 2050, trzecia droga, razem,
vvd, pvv, d66, cda, pvda, groenlinks, sp, christenunie, nsc, bbb, fvd, volt, denk, sgp, n va, vlaams belang, open vld, cd&v, vooruit, mr, ecolo, socialdemokraterna, moderaterna, sverigedemokraterna, centerpartiet, vänsterpartiet, kristdemokraterna, liberalerna, miljöpartiet, venstre, høyre, arbeiderpartiet, socialdemokratiet, dansk folkeparti, enhedslisten,
kokoomus, sdp, perussuomalaiset, keskusta, vihreät, vasemmistoliitto, fidesz, tisza, jobbik, mszp, dk, ods, ano, čssd, piráti, stan, top 09, smer, progresívne slovensko, psd, pnl, usr, aur, gerb, pt, psdb, pl, psol, mdb, psb, novo, união brasil, bs, chega, iniciativa liberal, bloco de esquerda, pcp, cds,
akp, chp, mhp, hdp, iyi, νέα δημοκρατία, σύριζα, πασοκ, κκε, nea dimokratia, syriza, pasok, kke, bjp, inc, congress, aap, tmc, dmk, cpi, ldp, komeito, jcp, kmt, dpp, ccp, morena, pri, pan, prd, peronist, juntos por el cambio, united russia, единая россия, кпрф, лдпр, likud, yesh atid, shas, anc, da, eff, alp, coalition, the nationals, one nation, bloc québécois, ndp, national party, act,
left, right, centre, center, centre left, centre right, far left, far right, left wing, right wing, moderate, progressive, socialist, social democrat, communist, nationalist, centrist, anarchist, christian democrat, populist, liberal conservative, non partisan, nonpartisan, apolitical, undecided, none, other, no party""")
    | _set(vocabularies.POLITICAL)
)
UNION = (
    _set("""unite, unison, gmb, usdaw, rmt, aslef, nut, neu, nasuwt, pcs, cwu, ucu, rcn, bma, prospect, community, tssa, bectu, equity, fbu, teamsters, seiu, afl cio, afl-cio, uaw, afscme, aft, nea, ibew, cwa, ufcw, usw, iam, ilwu, unite here, liuna, nalc, ig metall, verdi, ver.di, igbce, ig bce, ig bau, gew, evg, ngg, gdp, dgb, dbb, gdl, marburger bund, cockpit, ufo,
cgt, cfdt, fo, force ouvrière, cftc, cfe cgc, unsa, sud, solidaires, fsu, ccoo, comisiones obreras, ugt, uso, csif, cnt, ela, lab, cgil, cisl, uil, fiom, ugl, cobas, usb, confsal, solidarność, nszz solidarność, opzz, zzp, forum zz, znp, fnv, cnv, vcp, abvv, acv, aclvb, fgtb, csc, cgslb, öGB, gpa, unia, syna, lo, tco, saco, if metall, kommunal, unionen, 3f, hk, foa, fagforbundet, fellesforbundet, unio, sak, sttk, akava, pam, tehy,
cgtp, ugtp, stal, fenprof, cut, força sindical, ctb, ctm, cgt argentina, cta, gsee, adedy, hak is, türk iş, disk, cosatu, numsa, num, actu, cfmeu, amwu, unifor, cupe, citu, intuc, aituc, bms, rengo, fktu, kctu, čmkos, odborár, siptu, forsa, none, member, non member, mitglied, kein mitglied, nicht organisiert, no union""")
    | _set(vocabularies.UNION)
)
_CONDITIONS_TEXT = """cukrovka 1. typu, cukrovka 2. typu, psoriáza, lupénka, alkoholismus, alkoholizmus, astma bronchiale, epilepsie, těhotenství, roztroušená skleróza, skleróza multiplex, pikkelysömör,
terhesség, şeker hastalığı, tip 2 diyabet, sedef hastalığı, gebelik, alkolizm, graviditet, alkoholism, raskaus, psoriaasi, alkoholismi, sarcină, alcoolism, psoriazis, asthma, diabetes, type 1 diabetes, type 2 diabetes, diabetes mellitus, hypertension, hypotension, migraine, epilepsy, depression, major depression, anxiety, anxiety disorder, bipolar disorder, schizophrenia, ptsd, adhd, autism, dementia, alzheimer's disease, parkinson's disease,
multiple sclerosis, stroke, heart failure, myocardial infarction, angina, atrial fibrillation, arrhythmia, coronary artery disease, copd, chronic bronchitis, emphysema, pneumonia, tuberculosis, influenza, covid-19, bronchitis, sinusitis, tonsillitis, otitis media, hepatitis, hepatitis b, hepatitis c, cirrhosis,
gastritis, gerd, peptic ulcer, crohn's disease, ulcerative colitis, irritable bowel syndrome, celiac disease, appendicitis, gallstones, pancreatitis, kidney stones, chronic kidney disease, renal failure, urinary tract infection, cystitis, endometriosis, pcos, infertility, pregnancy, menopause, breast cancer, lung cancer, prostate cancer,
colon cancer, leukemia, lymphoma, melanoma, carcinoma, sarcoma, anemia, iron deficiency, hemophilia, thrombosis, deep vein thrombosis, pulmonary embolism, sickle cell disease, hiv, hiv infection, aids, syphilis, chlamydia, gonorrhea, herpes, herpes zoster, eczema, psoriasis, acne, dermatitis, urticaria, rosacea, osteoporosis, osteoarthritis,
rheumatoid arthritis, arthritis, gout, fibromyalgia, lupus, sciatica, scoliosis, herniated disc, back pain, low back pain, fracture, hip fracture, sprain, concussion, hypothyroidism, hyperthyroidism, hashimoto thyroiditis, goitre, obesity, hyperlipidemia, hypercholesterolemia, glaucoma, cataract, macular degeneration, hearing loss, tinnitus, vertigo,
insomnia, sleep apnea, narcolepsy, anorexia nervosa, bulimia, alcohol dependence, alcoholism, opioid dependence, substance abuse, burnout, obsessive-compulsive disorder, panic disorder, allergic rhinitis, anaphylaxis, food allergy, peanut allergy, sepsis, meningitis, encephalitis, lyme disease, malaria, measles, mumps, rubella, chickenpox, varicella, whooping cough,
cerebral palsy, down syndrome, cystic fibrosis, muscular dystrophy, als, huntington's disease, neuropathy, carpal tunnel syndrome, varicose veins, hemorrhoids, hernia, diverticulitis, constipation, diarrhea, gastroenteritis, norovirus, salmonellosis, conjunctivitis, keratitis, dental caries, gingivitis, periodontitis, bluthochdruck, zuckerkrankheit, herzinsuffizienz, schlaganfall,
krebs, brustkrebs, rückenschmerzen, grippe, lungenentzündung, angststörung, schilddrüsenunterfunktion, hypertonie, asthme, diabète, hypertension artérielle, cancer du sein, grossesse, insuffisance cardiaque, dépression, hipertensión, asma, depresión, cáncer de mama, embarazo, migraña, epilepsia, ipertensione, diabete, depressione, emicrania, nadciśnienie, cukrzyca, astma, depresja,
migrena, hipertensão, depressão, enxaqueca, hoge bloeddruk, longkanker, гипертония, диабет, астма, депрессия, мигрень, υπέρταση, διαβήτης, 高血圧, 糖尿病, 喘息, 高血压, 哮喘, 고혈압, 당뇨병, nephritis, nephrotic syndrome, thalassemia, sarcoidosis, scleroderma, endocarditis, pericarditis, myocarditis, aneurysm, peripheral artery disease, raynaud's disease, vitiligo, alopecia, cellulitis, scabies,
plantar fasciitis, tendinitis, bursitis, rotator cuff tear, spondylitis, ankylosing spondylitis, trigeminal neuralgia, bell's palsy, restless legs syndrome, essential tremor, tourette syndrome, dyslexia, polymyalgia, vasculitis, celiac sprue, lactose intolerance, fatty liver disease, hemochromatosis, gilbert syndrome, addison's disease, cushing's syndrome, acromegaly, prediabetes, gestational diabetes, preeclampsia,
blind, deaf, deafblind, visually impaired, visual impairment, partially sighted, hard of hearing, hearing impaired, hearing impairment, wheelchair user, mobility impairment, reduced mobility, physical disability, intellectual disability, learning disability, learning difficulty, speech impairment, mental illness, chronic illness, amputation, amputee, paraplegia, tetraplegia, dyscalculia, autism spectrum, developmental delay, neurodivergent,
sehbehinderung, sehbehindert, hörbehinderung, schwerhörig, gehörlos, gehbehinderung, gehbehindert, rollstuhl, rollstuhlfahrer, lernbehinderung, geistige behinderung, körperbehinderung, schwerbehindert, diabetes typ 2, heuschnupfen, neurodermitis, arthrose, depressionen, migräne, herzinfarkt, bandscheibenvorfall, nierensteine, nahrungsmittelallergie, laktoseintoleranz, zöliakie, pollenallergie, nussallergie,
malvoyant, malentendant, sourd, aveugle, fauteuil roulant, handicap moteur, handicap mental, déficience visuelle, déficience auditive, rhumatisme, insuffisance rénale, eczéma, migraine chronique, intolérance au lactose, allergie aux arachides, maladie cœliaque, infarctus,
ceguera, sordera, discapacidad visual, discapacidad auditiva, discapacidad motora, discapacidad intelectual, silla de ruedas, movilidad reducida, insuficiencia renal, artritis, ansiedad, neumonía, alergia al polen, intolerancia a la lactosa, celiaquía, infarto, anemia,
cecità, sordità, disabilità motoria, disabilità visiva, sedia a rotelle, celiachia, asma bronchiale, ansia, artrosi, intolleranza al lattosio, cardiopatia, baixa visão, surdez, cegueira, deficiência física, deficiência visual, cadeira de rodas, doença celíaca, intolerância à lactose, ansiedade, artrite, bronquite,
slechtziend, slechthorend, doof, rolstoel, lichamelijke beperking, reuma, hartfalen, coeliakie, lactose intolerantie, hooikoorts, niewidomy, niedosłyszący, niepełnosprawność ruchowa, wózek inwalidzki, niewydolność serca, alergia na orzechy, zapalenie płuc, synskada, hörselskada, rullstol, rörelsehinder, högt blodtryck, ångest, celiaki, laktosintolerans, synshemming, hørselshemming, rullestol, høyt blodtrykk, angst,
korkea verenpaine, keliakia, laktoosi-intoleranssi, masennus, cukrovka, vysoký krevní tlak, deprese, astma bronchiale, celiakie, magas vérnyomás, cukorbetegség, asztma, depresszió, hipertansiyon, şeker hastalığı, astım, depresyon, yüksek tansiyon, инвалид, глухота, слепота, инсульт, инфаркт, αναπηρία, άσθμα, ضغط الدم, السكري, الربو, סוכרת, אסתמה, मधुमेह, दमा, เบาหวาน, หอบหืด, 心臓病, 花粉症, 鬱病, うつ病, 抑郁症, 癌症, 천식, 우울증"""
_CONDITIONS_SET = _set(_CONDITIONS_TEXT) | _set(vocabularies.HEALTH) | _set(vocabularies.HEALTH_BESIDE)
BESIDE = _set(vocabularies.HEALTH_BESIDE)
"""Words for health only beside others, or under a name that says so."""
_MEDICINES_TEXT = """metformin, insulin, glibenclamide, glimepiride, sitagliptin, empagliflozin, dapagliflozin, liraglutide, semaglutide, lisinopril, enalapril, ramipril, perindopril, losartan, valsartan, candesartan, telmisartan, amlodipine, nifedipine, verapamil, diltiazem, metoprolol, bisoprolol, atenolol, propranolol, carvedilol,
furosemide, hydrochlorothiazide, spironolactone, torasemide, atorvastatin, simvastatin, rosuvastatin, pravastatin, ezetimibe, aspirin, clopidogrel, warfarin, apixaban, rivaroxaban, dabigatran, heparin, enoxaparin, digoxin, amiodarone, omeprazole, pantoprazole, esomeprazole, lansoprazole, ranitidine, famotidine, metoclopramide, ondansetron, loperamide,
paracetamol, acetaminophen, ibuprofen, naproxen, diclofenac, celecoxib, tramadol, codeine, morphine, oxycodone, fentanyl, tilidine, metamizole, prednisone, prednisolone, dexamethasone, hydrocortisone, cortisone, budesonide, salbutamol, albuterol, salmeterol, formoterol, tiotropium, montelukast, cetirizine, loratadine, fexofenadine, sertraline, fluoxetine,
paroxetine, citalopram, escitalopram, venlafaxine, duloxetine, bupropion, mirtazapine, amitriptyline, trazodone, lithium, lamotrigine, valproate, carbamazepine, levetiracetam, topiramate, gabapentin, pregabalin, phenytoin, diazepam, lorazepam, alprazolam, clonazepam, zolpidem, zopiclone, quetiapine, olanzapine, risperidone, aripiprazole, haloperidol, clozapine,
methylphenidate, atomoxetine, donepezil, memantine, levodopa, pramipexole, ropinirole, sumatriptan, rizatriptan, amoxicillin, penicillin, azithromycin, clarithromycin, erythromycin, doxycycline, ciprofloxacin, levofloxacin, cefuroxime, ceftriaxone, nitrofurantoin, trimethoprim, metronidazole, vancomycin, aciclovir, acyclovir, valacyclovir, oseltamivir,
tenofovir, emtricitabine, dolutegravir, efavirenz, fluconazole, itraconazole, hydroxychloroquine, ivermectin, levothyroxine, methimazole, estradiol, progesterone, testosterone, tamoxifen, letrozole, anastrozole, methotrexate, azathioprine, ciclosporin, tacrolimus, mycophenolate, adalimumab, infliximab, etanercept, rituximab, trastuzumab, imatinib, alendronate,
allopurinol, colchicine, finasteride, tamsulosin, sildenafil, tadalafil, oxybutynin, baclofen, tizanidine, folic acid, vitamin d, ferrous sulfate, naloxone, buprenorphine, methadone, naltrexone, disulfiram, isotretinoin, latanoprost, timolol, ketamine, propofol"""
CONDITIONS = [c.strip() for c in _CONDITIONS_TEXT.replace("\n", " ").split(",")]
MEDICINES = [m.strip() for m in _MEDICINES_TEXT.replace("\n", " ").split(",")]
_MEDICINES_SET = frozenset(map(fold, MEDICINES))
ICD = re.compile(r"[A-TV-Z]\d[0-9AB](?:\.[0-9A-Z]{1,4})?[GVZALRB]?[+*!]?")
ICD11 = re.compile(r"[0-9A-HJ-NP-X][A-HJ-NP-Z]\d[0-9A-HJ-NP-Z](?:\.[0-9A-Z]{1,2})?(?:[/&][0-9A-Z.]{4,8})*")
ATC = re.compile(r"[A-DGHJLMNPRSV](?:0[1-9]|1[0-9]|20)[A-X][A-Z](?:\d\d)?")
"""WHO's codes of medicines, to the group or the substance."""
ALLERGEN = re.compile(
    r"pollen|polen|polline|pylk|latex|lateks|lattice|nickel|nikiel|\bbee|bienen|abeille|abeja|d'ape|wasp|wespen|venom|dust ?mite|hausstaub|acari|acaro|penicil|milben|hay ?fever|heuschnupfen|cat hair|tierhaar|katzenhaar|mould|schimmel|花粉|알레르기"
)
"""What one is allergic to and does not eat."""
_DEGREE = re.compile(r"(?:gdb|mde|grad|pflegegrad|pflegestufe|invalidit[eéà]\w*|taux|grado)\s?:?\s?\d{1,3}\s?%?")
_STEMS = re.compile(
    r"(?:itis|osis|emia|aemia|pathy|opathie|algia|algie|oma|ectomy|plegia|paresis|phobia|phrenia|trophy|sclerosis|penia|uria|dynia|tension|thyroidism|syndrome?|disorder|disease|cancer|infection|deficiency|insufficiency|allergy|fracture|diabetes|asthma"
    r"|krankheit|störung|schmerzen|entzündung|insuffizienz|maladie|trouble|enfermedad|trastorno|malattia|disturbo|choroba|zaburzeni[ae]|doença|ziekte|stoornis|sjukdom|болезнь|инфекция)(?:$|[\s,;()])",
    re.IGNORECASE,
)
_DOSE = re.compile(r"\b\d{1,4}(?:[.,]\d{1,3})?\s?(?:mg|mcg|µg|μg|g|ml|iu|ie|units?|mg/ml)\b", re.IGNORECASE)
_DRUG = re.compile(
    r"(?:pril|sartan|statin|olol|azole|mab|nib|cillin|mycin|floxacin|cycline|pine|zepam|zolam|triptan|gliptin|gliflozin|glutide|oxetine|traline|pram|prazole|tidine|dipine|setron|vir|caine|formin|thiazide|semide|parin|xaban|fenac|profen|coxib|terol|sone|solone|idone|apine|barbital|racetam|gabalin)\b",
    re.IGNORECASE,
)


_MILLIGRAMS = re.compile(r"[^\W\d_]{4,}[^\d\n]{0,24}\d+(?:[.,/]\d+){0,2} ?(?:mg|mcg|µg|ug|IU|IE|UI)\b")
"""A word and a dose of a medicine, whichever it is."""


def health(text: str) -> bool:
    """Whether `text` is an illness, a code of ICD-10, or a medicine."""
    plain = fold(text)
    return (
        plain in _CONDITIONS_SET or ATC.fullmatch(text.strip()) is not None or _DEGREE.fullmatch(plain) is not None or plain in _MEDICINES_SET or ICD.fullmatch(text.strip()) is not None or bool(len(text) < 80 and (_STEMS.search(text) or (_DRUG.search(text) and (_DOSE.search(text) or " " not in text.strip()))))
        or (len(text) < 80 and _MILLIGRAMS.match(text) is not None)
        or bool(_DOSE.search(text) and plain.split(" ")[0] in _MEDICINES_SET)
    )  # fmt: skip


COUNTRIES = _set("""afghanistan, albania, algeria, argentina, armenia, australia, austria, azerbaijan, bangladesh, belarus, belgium, bolivia, bosnia, brazil, bulgaria, cameroon, canada, chile, china, colombia, croatia, cuba, cyprus, czechia, czech republic, denmark, ecuador, egypt, estonia, ethiopia, finland, france, georgia, germany, ghana, greece,
hungary, iceland, india, indonesia, iran, iraq, ireland, israel, italy, jamaica, japan, jordan, kazakhstan, kenya, kuwait, latvia, lebanon, lithuania, luxembourg, malaysia, malta, mexico, moldova, morocco, nepal, netherlands, new zealand, nigeria, norway, pakistan, peru, philippines, poland, portugal, qatar, romania, russia, saudi arabia, senegal,
serbia, singapore, slovakia, slovenia, somalia, south africa, south korea, spain, sri lanka, sudan, sweden, switzerland, syria, taiwan, thailand, tunisia, turkey, ukraine, united arab emirates, united kingdom, united states, uruguay, uzbekistan, venezuela, vietnam, zimbabwe,
deutschland, österreich, schweiz, frankreich, italien, spanien, polen, españa, francia, alemania, italia, polska, niemcy, brasil, nederland, belgië, suisse, allemagne, espagne""")
DEMONYMS = (
    _set("""afghan, albanian, algerian, american, argentine, argentinian, armenian, australian, austrian, bangladeshi, belarusian, belgian, bolivian, bosnian, brazilian, british, bulgarian, cameroonian, canadian, chilean, chinese, colombian, croatian, cuban, cypriot, czech, danish, dutch, ecuadorian, egyptian, english, estonian, ethiopian,
filipino, finnish, french, georgian, german, ghanaian, greek, hungarian, icelandic, indian, indonesian, iranian, iraqi, irish, israeli, italian, jamaican, japanese, jordanian, kazakh, kenyan, korean, kuwaiti, latvian, lebanese, lithuanian, malaysian, maltese, mexican, moldovan, moroccan, nepali, nigerian, norwegian, pakistani, peruvian, polish,
portuguese, romanian, russian, saudi, scottish, senegalese, serbian, singaporean, slovak, slovenian, somali, south african, south korean, spanish, sri lankan, sudanese, swedish, swiss, syrian, taiwanese, thai, tunisian, turkish, ukrainian, uruguayan, uzbek, venezuelan, vietnamese, welsh, zimbabwean, new zealander,
deutsch, österreichisch, französisch, italienisch, spanisch, polnisch, türkisch, russisch, français, française, allemand, espagnol, italien, polonais, española, español, francesa, alemán, alemana, italiana, italiano, polskie, niemieckie, ukraińskie, brasileiro, brasileira, português, portuguesa, nederlandse, belgische""")
    | _set(vocabularies.NATIONALITY)
)
_CODES = frozenset(["AD", "AE", "AF", "AL", "AM", "AO", "AR", "AT", "AU", "AZ", "BA", "BD", "BE", "BG", "BH", "BO", "BR", "BY", "CA", "CH", "CL", "CM", "CN", "CO", "CR", "CU", "CY", "CZ", "DE", "DK", "DO", "DZ", "EC", "EE", "EG", "ES", "ET", "FI", "FR", "GB", "GE", "GH", "GR", "GT", "HK", "HN", "HR", "HU", "ID", "IE", "IL", "IN", "IQ", "IR", "IS", "IT", "JM", "JO", "JP", "KE", "KH", "KR", "KW", "KZ", "LB", "LK", "LT", "LU", "LV", "LY", "MA", "MD", "ME", "MG", "MK", "MT", "MX", "MY", "MZ", "NG", "NI", "NL", "NO", "NP", "NZ", "OM", "PA", "PE", "PH", "PK", "PL", "PT", "PY", "QA", "RO", "RS", "RU", "SA", "SE", "SG", "SI", "SK", "SN", "SO", "SV", "SY", "TH", "TN", "TR", "TW", "TZ", "UA", "UG", "UK", "US", "UY", "UZ", "VE", "VN", "YE", "ZA", "ZM", "ZW", "AFG", "ARG", "AUS", "AUT", "BEL", "BGR", "BRA", "CAN", "CHE", "CHL", "CHN", "COL", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GBR", "GRC", "HRV", "HUN", "IND", "IRL", "ISL", "ISR", "ITA", "JPN", "KOR", "LTU", "LUX", "LVA", "MAR", "MEX", "NLD", "NOR", "NZL", "PAK", "PHL", "POL", "PRT", "ROU", "RUS", "SRB", "SVK", "SVN", "SWE", "THA", "TUR", "UKR", "USA", "VNM", "ZAF"])  # fmt: skip


def country(text: str) -> bool:
    """Whether `text` is a country, by name, by ISO 3166 code or by what its people are called."""
    return text.strip().upper() in _CODES or fold(text) in COUNTRIES or fold(text) in DEMONYMS


JOBS = _set(vocabularies.JOBS)
VOCABULARIES: Mapping[Entity, frozenset[str]] = {
    Entity.GENDER: GENDER,
    Entity.MARITAL_STATUS: MARITAL,
    Entity.RELIGION: RELIGION,
    Entity.ETHNICITY: ETHNICITY,
    Entity.SEXUAL_ORIENTATION: ORIENTATION,
    Entity.POLITICAL: POLITICAL,
    Entity.TRADE_UNION: UNION,
}
