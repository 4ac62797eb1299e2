select
    accounts.customer_id,
    accounts.customer_ref,
    accounts.given_name || ' ' || accounts.family_name as full_name,
    accounts.email,
    accounts.phone,
    accounts.home_region as region,
    case
        when accounts.birth_date is null then 'unknown'
        when accounts.birth_date > accounts.updated_at - interval 50 year then 'under 50'
        else '50 and over'
    end as age_band,
    accounts.segment,
    coalesce(preferences.opted_in, false) as email_opt_in,
    accounts.signed_up_at,
    accounts.updated_at
from accounts
left join preferences on preferences.customer_id = accounts.customer_id and preferences.channel = 'email'
