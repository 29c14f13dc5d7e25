"""Who finds no place: the waiting list, the draws, and how a freed place is handed on."""
