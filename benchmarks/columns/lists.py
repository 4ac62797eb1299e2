"""Words that the training of the columns' reader puts together into things, states and lines of machines. Common knowledge, written for this."""

from __future__ import annotations

_NOUNS = """
chair table lamp desk sofa shelf mirror rug curtain pillow blanket kettle toaster blender oven fridge vacuum fan heater charger cable speaker headset
monitor keyboard mouse phone tablet watch camera drone bike scooter helmet tent backpack jacket shirt shoe boot sock hat scarf glove dress skirt jeans
coat belt wallet bag ring necklace perfume cream soap shampoo brush towel candle tea coffee chocolate cookie bread cheese yoghurt juice wine beer salt
pepper honey jam pasta rice soup sauce mug plate bowl fork knife pan pot tray bottle box crate drill hammer saw wrench screwdriver ladder paint pen
pencil notebook printer paper stapler puzzle doll robot kite ball racket guitar piano drum plan bundle set kit pack edition pro max mini plus series
engine pump filter valve gasket bearing motor battery panel sensor module router switch server rack adapter scanner modem
"""
NOUNS = _NOUNS.split()
_KINDS = """
rose tulip fern lily orchid daisy oak maple pine cactus apple pear grape tomato pepper melon bear wolf fox owl eagle falcon finch sparrow gull turtle
frog toad newt lizard snake shark trout salmon bass moth beetle butterfly spider dog cat terrier spaniel shepherd hound horse pony sheep cattle goat
whale dolphin seal penguin monkey gecko iguana heron duck goose swan crane plover warbler thrush ivy moss palm willow birch cedar
"""
KINDS = _KINDS.split()
_PRIZES = """
award prize medal cup trophy theorem law effect constant paradox disease syndrome bridge tower square garden hall park museum theatre stadium airport
station hotel palace castle cathedral library university college school hospital arena center plaza market mall monument pier lake river mountain
island comet crater nebula project act plan scale test method score process equation number curve
"""
PRIZES = _PRIZES.split()
_ADJECTIVES = """
new old blue red green black white smart ultra eco classic royal golden silver soft hard fresh wild great little big swift solar urban nordic
"""
ADJECTIVES = _ADJECTIVES.split()
_FOREIGN = """
Stuhl Tisch Lampe Regal Teppich Kissen Decke Wasserkocher Staubsauger Ladegerät Kabel Lautsprecher Fahrrad Zelt Rucksack Jacke Hemd Schuh Tasche Seife
Kerze Tee Kaffee silla mesa lámpara alfombra cortina manta horno ventilador cargador altavoz bicicleta mochila chaqueta zapato bolso jabón vela café
chaise tapis rideau couverture four chargeur vélo sac veste chaussure savon bougie thé sedia tavolo lampada tappeto tenda coperta forno caricatore
zaino giacca scarpa borsa sapone candela krzesło stół dywan zasłona koc piekarnik rower plecak kurtka but torba mydło świeca stoel tafel tapijt
gordijn deken fiets rugzak jas schoen tas zeep kaars
"""
FOREIGN = _FOREIGN.split()
_STATES = """
accepted archived assigned awaiting blocked booked cleared confirmed declined deferred deployed disabled dispatched escalated expired final frozen
idle incomplete invalid invoiced locked merged normal obsolete partial paused planned posted processing published queued ready refunded released
reserved resolved retired reviewed running scheduled settled skipped sold started stopped submitted suspended synced unassigned unknown updated urgent
valid verified void waiting withdrawn offen erledigt gesperrt aktiv bezahlt storniert geplant abierto cerrado pendiente pagado anulado ouvert clos
payé annulé prévu aperto chiuso pagato annullato otwarte zamknięte opłacone anulowane betaald gepland geannuleerd öppen stängd betald avoin suljettu
otevřeno zaplaceno açık kapalı ödendi cash transfer invoice voucher instalment north south east west spring summer autumn winter january march june
october monday wednesday friday weekly quarterly steel oak cotton leather glass copper plastic linen left right upper lower inner outer small large
extra light heavy dry wet hot cold
"""
STATES = _STATES.split()
_LEVELS = """
INFO WARN ERROR DEBUG TRACE FATAL notice crit
"""
LEVELS = _LEVELS.split()
_VERBS = """
finished started failed loaded wrote read skipped opened closed retried rotated flushed merged compiled cached evicted synced parsed joined scaled
"""
VERBS = _VERBS.split()
_UNITS = """
ms s rows bytes MB files pages items kg cm mm km pcs % kWh
"""
UNITS = _UNITS.split()
