"""The clinic day under load: scenarios, clients, report."""
