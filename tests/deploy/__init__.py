"""The deployment's files, proved as far as that is possible without a container engine."""
