"""What everything stands on: random streams, the device, files, settings, the hash of the source."""
