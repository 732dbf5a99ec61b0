"""The verbs: the only place that opens transactions or enqueues jobs."""
