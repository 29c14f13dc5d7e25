"""How fast the product is: in ratios measured in one run against the bare minimum, and in a rush."""
