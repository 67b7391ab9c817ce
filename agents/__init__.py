"""What happens next: async generators, records in, records out. They know Protocols (`ports.py`), never a client."""
