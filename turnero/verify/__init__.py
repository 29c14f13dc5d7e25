"""Who is asking: cédula, contact, mailed code, citizen registry. Knows nothing of turns."""
