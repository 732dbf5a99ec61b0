"""The laboratory's things. One noun per module; verbs live in `lims.services`."""

from lims.models.access import DocumentAccess
from lims.models.deliveries import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    Notification,
    NotificationKind,
)
from lims.models.laboratory import Asset, Laboratory, NumberSeries
from lims.models.operations import ItemState, Operation, OperationItem, OperationState
from lims.models.people import (
    Pathologist,
    ReportByEmail,
    Role,
    StaffMember,
    User,
    VatCondition,
    Veterinarian,
)
from lims.models.phrases import Phrase
from lims.models.prices import Price
from lims.models.processing import (
    Cassette,
    CassetteStage,
    CytologySample,
    HistopathologySample,
    Slide,
    SlideCassette,
    Specimen,
)
from lims.models.protocols import Protocol, ProtocolHistory, ProtocolStatus
from lims.models.reports import (
    ImageUpload,
    Report,
    ReportCassette,
    ReportDiagnosis,
    ReportHistory,
    ReportImage,
    ReportImageState,
    ReportStatus,
)
from lims.models.work_orders import (
    PaymentStatus,
    WorkOrder,
    WorkOrderHistory,
    WorkOrderLine,
    WorkOrderStatus,
)

__all__ = [
    "Asset",
    "Cassette",
    "CassetteStage",
    "CytologySample",
    "Delivery",
    "DeliveryKind",
    "DeliveryState",
    "DocumentAccess",
    "HistopathologySample",
    "ImageUpload",
    "ItemState",
    "Laboratory",
    "Notification",
    "NotificationKind",
    "NumberSeries",
    "Operation",
    "OperationItem",
    "OperationState",
    "Pathologist",
    "PaymentStatus",
    "Phrase",
    "Price",
    "Protocol",
    "ProtocolHistory",
    "ProtocolStatus",
    "Report",
    "ReportCassette",
    "ReportDiagnosis",
    "ReportByEmail",
    "ReportHistory",
    "ReportImage",
    "ReportImageState",
    "ReportStatus",
    "Role",
    "Slide",
    "SlideCassette",
    "Specimen",
    "StaffMember",
    "User",
    "VatCondition",
    "Veterinarian",
    "WorkOrder",
    "WorkOrderHistory",
    "WorkOrderLine",
    "WorkOrderStatus",
]
