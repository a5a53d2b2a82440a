"""Lists of contacts: read, cleaned, merged, refused with a reason."""
