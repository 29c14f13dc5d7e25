"""The catalogue file: read and checked, loaded into the tables, written out again."""
