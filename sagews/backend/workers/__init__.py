"""The workers that this backend can use, in this process or over a link."""
