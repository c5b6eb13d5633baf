"""Programs of an institution that read metadata: service accounts, their API tokens, how often they call."""
