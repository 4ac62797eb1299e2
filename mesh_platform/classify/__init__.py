"""What personal data is in these columns and texts: values in, findings out. No Dagster, no database, no raw value in what it says."""
