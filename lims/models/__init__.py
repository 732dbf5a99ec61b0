"""The laboratory's things. One noun per module; verbs live in `lims.services`."""

from lims.models.access import DocumentAccess
from lims.models.laboratory import Asset, Laboratory, NumberSeries
from lims.models.people import Role, StaffMember, User, VatCondition, Veterinarian
from lims.models.prices import Price
from lims.models.protocols import Protocol, ProtocolStatus
from lims.models.work_orders import (
    PaymentStatus,
    WorkOrder,
    WorkOrderHistory,
    WorkOrderLine,
    WorkOrderStatus,
)

__all__ = [
    "Asset",
    "DocumentAccess",
    "Laboratory",
    "NumberSeries",
    "PaymentStatus",
    "Price",
    "Protocol",
    "ProtocolStatus",
    "Role",
    "StaffMember",
    "User",
    "VatCondition",
    "Veterinarian",
    "WorkOrder",
    "WorkOrderHistory",
    "WorkOrderLine",
    "WorkOrderStatus",
]
