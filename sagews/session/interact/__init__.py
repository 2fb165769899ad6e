"""interact: a function whose arguments are controls on the page; Sage's, SageCell's and CoCalc's names for it."""
