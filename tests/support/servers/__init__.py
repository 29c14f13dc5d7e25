"""The servers a test talks to, each started for it: databases, mail, proxies, the product itself."""
