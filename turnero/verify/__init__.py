"""Identity of the person: cédula, contact, mailed code, citizen registry. Independent of turns."""
