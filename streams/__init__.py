"""Where bytes enter and leave: topology, stores, producer SDK, embedded services, settings, command line."""
