select
    "customerId" as customer_id,
    "paymentReference" as customer_ref,
    "givenName" as given_name,
    "familyName" as family_name,
    lower(trim(email)) as email,
    phone,
    town,
    country,
    "homeRegion" as home_region,
    cast("birthDate" as date) as birth_date,
    segment,
    cast("signedUpAt" as timestamp) as signed_up_at,
    cast("updatedAt" as timestamp) as updated_at,
    cast("exportedAt" as timestamp) as exported_at
from source
