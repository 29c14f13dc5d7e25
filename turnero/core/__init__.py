"""The ground: knows no domain and no pages."""
