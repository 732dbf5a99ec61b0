"""The administrators' side, one noun per file. Whatever is changed here is changed by `lims.services`."""

from lims.admin import (  # noqa: F401  (each registers its models)
    access,
    bench,
    holidays,
    jobs,
    laboratory,
    pathologists,
    people,
    prices,
    protocols,
    reports,
    site,
    users,
    work_orders,
)
