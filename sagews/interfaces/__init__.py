"""Where two folders meet: requests go down by calling these, results come up through a listener.

Everything that two folders share beyond values stands here, so that siblings never import each other. Each interface
has one contract in tests/contracts/ that every implementation passes, fakes too. Coroutine methods are awaited as
Deferreds; they raise SagewsError for what a caller should be told.
"""
