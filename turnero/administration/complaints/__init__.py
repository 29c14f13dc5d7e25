"""Answer complaints."""
