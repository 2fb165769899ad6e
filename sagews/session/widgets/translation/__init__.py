"""From the state of a widget to the control that a page shows for it, and back: each kind in the table of its file."""
