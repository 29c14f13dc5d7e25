"""When an agency is open: pure rules of holidays, opening hours, the grid of a day and deadlines."""
