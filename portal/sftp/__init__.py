"""Public keys for the SFTP channel to come: who may hand in files over it, once it is there."""
