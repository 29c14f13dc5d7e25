"""Whether places can be had by speed, by many mailboxes or by holding them: the product's own use cases, simulated."""
