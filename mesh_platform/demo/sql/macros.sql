create macro roll(stream, n, size) as (hash(n, stream, getvariable('seed')) % size)::bigint;

create macro ascii(name) as regexp_replace(lower(strip_accents(replace(name, 'ß', 'ss'))), '[^a-z]', '', 'g');

-- A bank account of a bank that does not exist (its code is all zeros), with the right check digits: ISO 13616, modulo 97.
create macro iban(country, digits, n) as if(
    digits = 0,
    null,
    country
    || lpad((98 - (lpad(n::varchar, digits::integer, '0') || (unicode(country[1]) - 55) || (unicode(country[2]) - 55) || '00')::hugeint % 97)::varchar, 2, '0')
    || lpad(n::varchar, digits::integer, '0')
);

-- People who buy much and people who buy once: the square draws the low numbers more often.
create macro somebody(stream, n, people) as 1 + floor(people * pow(roll(stream, n, 1000003) / 1000003.0, 1.6))::bigint;

create macro fill_in(text, given, family, mail, phone, order_id) as
    replace(replace(replace(replace(replace(text, '{given}', given), '{family}', family), '{mail}', mail), '{phone}', phone), '{order}', order_id);
