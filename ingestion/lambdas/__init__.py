"""Lambda handlers: one folder, one function, one role. Shared code stands beside the folders."""
