"""Which slots are offered, who may have how many, and the claim that takes a seat."""
