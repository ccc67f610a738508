"""What every slice stands on; a closed list, see docs/architecture.md."""
