with followed as (
    select
        mrn,
        site,
        admitted_on,
        discharged_on,
        lead(admitted_on) over (partition by mrn order by admitted_on) as next_admitted_on
    from encounters
)

select
    site,
    cast(date_trunc('quarter', discharged_on) as date) as quarter,
    count(distinct mrn) as patients,
    count(*) as stays,
    avg(case when next_admitted_on <= discharged_on + 30 then 1.0 else 0.0 end) as readmission_rate,
    avg(discharged_on - admitted_on) as mean_days
from followed
group by site, date_trunc('quarter', discharged_on)
having count(distinct mrn) >= 11
