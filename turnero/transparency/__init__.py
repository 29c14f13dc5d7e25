"""What happened: how scarce turns are and how they were given, for everybody to see. Nothing personal."""
