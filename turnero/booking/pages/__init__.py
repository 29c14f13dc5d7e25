"""What a citizen sees and sends: the steps of a journey, a turn by its link, lists, draws and the public pages."""
