"""Counts many things in one statement, for pages that tell how much there is of each."""

from django.db.models import F, Func, QuerySet, Subquery

from lims.models import User


def count_each(user: User, *found: QuerySet) -> tuple[int, ...]:
    """Return how many rows each query finds, in their order, in one statement; the user must exist."""
    counted = [_counted(rows) for rows in found]
    return User.objects.filter(pk=user.pk).values_list(*counted).get()


def _counted(rows: QuerySet) -> Subquery:
    # Not an aggregate in Django's eyes, which would make it one of groups, and none where nothing is found.
    return Subquery(rows.order_by().annotate(count=Func(F("pk"), function="COUNT")).values("count"))
