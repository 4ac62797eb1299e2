-- Stays of one patient never overlap: at least 14 days lie between two admissions, and a stay takes 9 at most.
with stays as (
    select n, mrn, unnest(range(1, 2 + roll('stays', n, 6)))::integer as k
    from person
    where is_patient
),

dated as (
    select
        *,
        getvariable('as_of')::date - 700 + roll('first-stay', n, 60)::integer + k * (14 + roll('gap', n, 80)::integer) as admitted_on
    from stays
)

select
    'E-' || n || '-' || k as encounter_id,
    mrn,
    ['Lisbon', 'Madrid', 'Dublin', 'Uppsala'][1 + roll('site', n, 4)] as site,
    ['cardiology', 'surgery', 'internal medicine', 'orthopaedics'][1 + roll('ward', n * 7 + k, 4)] as ward,
    ['I50.9', 'J18.9', 'E11.9', 'S72.0', 'K35.8', 'I21.4'][1 + roll('icd', n * 7 + k, 6)] as diagnosis,
    admitted_on,
    admitted_on + 1 + roll('stay', n * 7 + k, 9)::integer as discharged_on,
    ['home', 'home', 'home', 'rehabilitation', 'other hospital'][1 + roll('discharge', n * 7 + k, 5)] as discharged_to
from dated
order by n, k
