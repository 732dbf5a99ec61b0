"""The laboratory's things. One noun per module; verbs live in `lims.services`."""

from lims.models.access import DocumentAccess
from lims.models.deliveries import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    Notification,
    NotificationKind,
)
from lims.models.history import Change
from lims.models.labels import LabelSheet
from lims.models.laboratory import Asset, Holiday, Laboratory, NumberSeries
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
    AdditionalRequest,
    Cassette,
    CassetteStage,
    CytologySample,
    HistopathologySample,
    RequestKind,
    Slide,
    SlideCassette,
    Specimen,
)
from lims.models.protocols import Protocol, ProtocolHistory, ProtocolStatus
from lims.models.reception import ReceptionBatch, ScannedSample
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
from lims.models.retention import AgedHistory
from lims.models.work_orders import (
    PaymentStatus,
    WorkOrder,
    WorkOrderHistory,
    WorkOrderLine,
    WorkOrderStatus,
)

__all__ = [
    "AdditionalRequest",
    "AgedHistory",
    "Asset",
    "Cassette",
    "CassetteStage",
    "Change",
    "CytologySample",
    "Delivery",
    "DeliveryKind",
    "DeliveryState",
    "DocumentAccess",
    "HistopathologySample",
    "Holiday",
    "ImageUpload",
    "ItemState",
    "LabelSheet",
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
    "ReceptionBatch",
    "Report",
    "ReportByEmail",
    "ReportCassette",
    "ReportDiagnosis",
    "ReportHistory",
    "ReportImage",
    "ReportImageState",
    "ReportStatus",
    "RequestKind",
    "Role",
    "ScannedSample",
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
