"""Ways to look closely: at statements, tables, papers, wires, migrations and the tests themselves."""
