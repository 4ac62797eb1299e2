select
    encounter_id,
    mrn,
    site,
    ward,
    diagnosis,
    cast(admitted_on as date) as admitted_on,
    cast(discharged_on as date) as discharged_on,
    discharged_to
from source
