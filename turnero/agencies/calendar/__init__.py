"""Rules of holidays, opening hours, the grid of a day, and deadlines."""
