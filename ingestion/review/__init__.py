"""What people decide about findings: acknowledged warnings, released errors."""
