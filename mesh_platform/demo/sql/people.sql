-- One row per person, known to every system under another name: C-7, CR-0007, an e-mail, its hash, a cookie, a device, a record number.
-- roll(stream, n, size) is a fair die with `size` sides that always falls the same way for the same seed.
create table person as
with drawn as (
    select n, if(n in (7, 8), 0, roll('country', n, 100)) as share, roll('first', n, $first_names) as first_i, roll('last', n, $last_names) as last_i,
        roll('place', n, $places) as place_i
    from range(1, $people + 1) numbers(n)
)
select
    n,
    'C-' || n as customer_id,
    'CR-' || lpad(n::varchar, 4, '0') as customer_ref,
    'MRN-' || (100000 + (n * 7919) % 89999 + (n // 89999) * 100000) as mrn,
    'ck-' || (n + 2) as cookie_id,
    -- Two people of every twenty live together and share a tablet.
    'dv-' || substr(md5('device' || (if(n % 20 = 0, n - 1, n)) || ':' || $seed), 1, 16) as device_fingerprint,
    first.value as given_name,
    last.value as family_name,
    ascii(first.value) || '.' || ascii(last.value) || n || '@example.' || ['com', 'org', 'net'][1 + roll('mail', n, 3)] as email,
    country.calling || ' ' || country.unused || lpad(((n * 7919 + 13) % 10000000)::varchar, 7, '0') as phone,
    country.country,
    country.region,
    town.value as town,
    postcode.value as postcode,
    date '1942-01-01' + roll('birth', n, 23000)::integer as birth_date,
    ['female', 'male', 'other'][1 + least(roll('sex', n, 51) // 25, 2)] as sex,
    ['bronze', 'bronze', 'bronze', 'silver', 'silver', 'gold'][1 + roll('segment', n, 6)] as segment,
    getvariable('as_of') - to_seconds(40 * 86400 + roll('signed', n, 800 * 86400)) as signed_up_at,
    roll('opt-in', n, 100) < 70 as opted_in,
    iban(country.country, country.bban, n) as iban,
    n % 5 in (2, 4) or n = 8 as is_patient,
    lpad(roll('card', n, 10000)::varchar, 4, '0') as card_last4
from drawn
join country on share >= low and share < high
join word first on first.country = country.country and first.kind = 'first' and first.i = first_i
join word last on last.country = country.country and last.kind = 'last' and last.i = last_i
join word town on town.country = country.country and town.kind = 'town' and town.i = place_i
join word postcode on postcode.country = country.country and postcode.kind = 'postcode' and postcode.i = place_i
order by n;

-- Two near twins whom every story about a person's rights can name; all that follows is drawn as for everybody.
update person set given_name = 'Ana', family_name = 'Souza', email = 'ana@example.com', phone = '+34 600 111 222', opted_in = true
where n = 7;
update person set given_name = 'Ann', family_name = 'Sousa', email = 'ann@example.com', phone = '+34 600 111 223', opted_in = true
where n = 8;
