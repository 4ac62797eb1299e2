"""Short forms of words in column names that no rule derives: what people write for a word whose letters they skip, in several languages.

A short form may stand for several words; which one is meant is for the values to say.
"""

from __future__ import annotations

_TABLE = """
address: adr adrs addr adres
strasse: str
postcode: pcd pst pstcd psc zp
postleitzahl: postlz
iranyitoszam: irsz
birthdate: bd bdt bdat bdate bdte brthdt brthd dobirth ddn dtn dn fdn fnac fecnac fnacim dnac dtnasc dnasc datnais dtnais gebdat gebdt gdat gebd geb gd urdz urodz dtur datur ur nar datnar rdat dogtar dogt dtar synt syntpvm szul szuld fdato fdag fodt foddag rozhd drozhd
birthyear: yob byr jg gjahr gebj gebjahr anais anasc annasc byear rokur fodar birthyr
gender: gndr sx sxo geschl pohl kjn gend anr
forename: fn fnm fname frstnm firstnm gn gname givn gvn gvnm vn vname vnam vorn pnom prnm imn etun
surname: ln lnm lname lstnm lastnm sn snm sname surn nn nname nachn fam famn famnm apel apell cogn nazw sukun efternm achtern
name: nm nam nme nomb naz
phone: ph phn phon fon fono tl telf telnr tlf tlfnr mobnr mob hdy hndy cel cll cellno tfno tfono tlfn ctel gsmnr
email: em eml emad elpost
customer: cust cst cus custm kd kde knd kund
klient: kl klt
client: cli clnt clt
user: usr usrs
member: mbr mmbr memb mem mitgl
subscriber: sbs subs sbscr abo abon
employee: emp empl emplo
mitarbeiter: ma mitarb
person: prs psn pers prsn
patient: pat ptnt patnt
student: stud stdnt
passenger: pax psgr
account: acct acnt
kontonummer: kto ktnr ktonr knto ktonum rekening bankkto
card: crd
kreditkarte: kk kknr kkarte
steuernummer: stnr steuernr
steuer id: stid
sozialversicherung: sv svnr svn sozvers
ausweisnummer: ausw ausweis auswnr ausnr
natid: natid nid nationalid persid idnr
codice fiscale: cf cdfisc codfis codfisc
passport: pp ppt ppno psp psprt pspt pass passnr passno reisep
fuhrerschein: fs fsch fsnr fschein fuehr fuehrersch
licence: drvlic
kennzeichen: kfz kz kennz kfzkz kfzkennz
plate: lp lpn plt rego regnr vrn vrm
chassis: chs chas fgst fgstnr
krankenversicherung: kv kvnr kvn krankv
versichertennummer: versnr vsnr vers versn
mrn: mr mrno patnr
serial: sn snr serno serialno
device: dev dvc devc
imei: imeino
geohash: ghash gh geoh
latitude: brgr latit ycoord
longitude: lgr longit xcoord lgrad
occupation: occ occup jobt jobtitle ber
salary: sal slry geh gehlt remun sala bruttogeh
brutto: brt brtto
married: mstat marst
familienstand: famst famstd fstand fst
estado civil: eciv ecivil
nationality: natl natn nationl citz ctzn stang staang staatsang stangeh nac
diagnosis: diag dgn dgns
disability: disab
behinderung: behind
username: unm usrnm
screenname: scrn scrname
bank: bnk bk
account: acc
year: yr jr
date: dt dte
anonymous: anon
anon: anon
visitor: vis visit
age: ag
bracket: br
matomo: mtm
push: psh
registration: reg
region: reg
login: lgn lgin
profile: prfl
"""
SHORT: dict[str, frozenset[str]] = {}
for _line in _TABLE.strip().splitlines():
    _word, _forms = _line.split(": ")
    for _form in _forms.split():
        SHORT[_form] = SHORT.get(_form, frozenset()) | set(_word.split())
"""The words that a short form stands for."""
TYPES = frozenset(("str", "txt", "int", "raw", "fmt", "iso", "varchar", "clean", "norm", "orig"))
"""Endings that say how a value is stored, not what it is."""
