"""Pages for citizens: the steps of a journey, a turn by its link, requests, draws and public pages."""
