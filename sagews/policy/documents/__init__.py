"""Which paths a document may have."""
