"""What each message of a page leads to: a module for each feature, whose `handlers` returns its handlers."""
