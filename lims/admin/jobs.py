"""Jobs, whose own page knows nothing of the laboratory: here many of them are tried again at once."""

from importlib import import_module

from django.contrib import admin

from actors.models import Job
from lims.admin.bulk_actions import BulkActionsAdmin

# By its name, as what other packages register: only the ledger may know what is in there.
import_module("actors.admin")
_JobAdmin: type = type(admin.site.get_model_admin(Job))
admin.site.unregister(Job)


@admin.register(Job)
class RetriedJobAdmin(BulkActionsAdmin, _JobAdmin):
    bulk = ("retry-jobs",)
