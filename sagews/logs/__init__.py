"""Log records from every daemon: observer, spool, shipper, collector."""
