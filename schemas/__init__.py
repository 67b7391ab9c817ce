"""What is said: frozen records, the topics that carry them and the errors we raise. Imports msgspec only."""
