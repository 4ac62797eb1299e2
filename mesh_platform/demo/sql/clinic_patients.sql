select
    mrn,
    given_name,
    family_name,
    sex,
    birth_date,
    postcode as zip,
    country,
    phone,
    email,
    (signed_up_at - interval 200 day)::date as registered_on
from person
where is_patient
order by n
