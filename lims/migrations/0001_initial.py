import uuid
from decimal import Decimal

import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Asset",
            fields=[
                ("sha256", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("media_type", models.CharField(max_length=50)),
                ("content", models.BinaryField()),
                ("width_px", models.PositiveIntegerField(null=True)),
                ("height_px", models.PositiveIntegerField(null=True)),
            ],
            options={
                "verbose_name": "asset",
                "verbose_name_plural": "assets",
            },
        ),
        migrations.CreateModel(
            name="NumberSeries",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("last", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "number series",
                "verbose_name_plural": "number series",
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("email", models.EmailField(max_length=254, unique=True, verbose_name="e-mail")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("veterinarian", "Veterinarian"),
                            ("staff", "Staff"),
                            ("pathologist", "Pathologist"),
                            ("admin", "Administrator"),
                        ],
                        default="veterinarian",
                        max_length=16,
                        verbose_name="role",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("es", "Spanish"), ("en", "English")],
                        default="es",
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "date_joined",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="joined"
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"), name="user_email_unique_ci"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Price",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("service", models.CharField(max_length=40, verbose_name="service")),
                ("description", models.CharField(max_length=300, verbose_name="description")),
                ("price", models.DecimalField(decimal_places=2, max_digits=12, verbose_name="price")),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="valid until")),
            ],
            options={
                "verbose_name": "price",
                "verbose_name_plural": "price list",
                "ordering": ["service", "-valid_from"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("service", "valid_from"), name="price_service_from_unique"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("valid_until", None)),
                        fields=("service",),
                        name="price_one_open_per_service",
                    ),
                    models.CheckConstraint(condition=models.Q(("price__gte", 0)), name="price_not_negative"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None),
                            ("valid_until__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="price_period_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StaffMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_names", models.CharField(max_length=100, verbose_name="first names")),
                ("last_names", models.CharField(max_length=100, verbose_name="last names")),
                ("position", models.CharField(blank=True, max_length=100, verbose_name="position")),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="staff_member",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "staff member",
                "verbose_name_plural": "staff members",
                "ordering": ["last_names", "first_names", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Veterinarian",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_names", models.CharField(max_length=100, verbose_name="first names")),
                ("last_names", models.CharField(max_length=100, verbose_name="last names")),
                ("licence", models.CharField(max_length=30, verbose_name="professional licence")),
                ("national_id", models.CharField(blank=True, max_length=20, verbose_name="national id")),
                ("tax_id", models.CharField(blank=True, max_length=20, verbose_name="tax id (CUIT)")),
                (
                    "vat_condition",
                    models.CharField(
                        choices=[
                            ("registered", "Registered for VAT"),
                            ("monotributo", "Simplified regime"),
                            ("exempt", "VAT exempt"),
                            ("final_consumer", "Final consumer"),
                        ],
                        default="final_consumer",
                        max_length=16,
                        verbose_name="VAT condition",
                    ),
                ),
                ("phone", models.CharField(blank=True, max_length=40, verbose_name="phone")),
                ("clinic", models.CharField(blank=True, max_length=200, verbose_name="clinic")),
                ("address", models.CharField(blank=True, max_length=300, verbose_name="address")),
                ("verified_at", models.DateTimeField(blank=True, null=True, verbose_name="verified")),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="veterinarian",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
                (
                    "verified_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="verified by",
                    ),
                ),
            ],
            options={
                "verbose_name": "veterinarian",
                "verbose_name_plural": "veterinarians",
                "ordering": ["last_names", "first_names", "pk"],
            },
        ),
        migrations.CreateModel(
            name="WorkOrder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.CharField(
                        editable=False, max_length=20, null=True, unique=True, verbose_name="number"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("issued", "Issued"),
                            ("sent", "Sent"),
                            ("invoiced", "Invoiced"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("issued_on", models.DateField(editable=False, null=True, verbose_name="issued on")),
                ("billing_name", models.CharField(max_length=200, verbose_name="billing name")),
                ("billing_tax_id", models.CharField(blank=True, max_length=20, verbose_name="tax id (CUIT)")),
                (
                    "billing_vat_condition",
                    models.CharField(
                        choices=[
                            ("registered", "Registered for VAT"),
                            ("monotributo", "Simplified regime"),
                            ("exempt", "VAT exempt"),
                            ("final_consumer", "Final consumer"),
                        ],
                        default="final_consumer",
                        max_length=16,
                        verbose_name="VAT condition",
                    ),
                ),
                ("observations", models.TextField(blank=True, max_length=5000, verbose_name="observations")),
                (
                    "total",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        editable=False,
                        max_digits=14,
                        verbose_name="total",
                    ),
                ),
                (
                    "advance",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=14,
                        validators=[django.core.validators.MinValueValidator(Decimal("0.00"))],
                        verbose_name="advance",
                    ),
                ),
                (
                    "balance",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.expressions.CombinedExpression(
                            models.F("total"), "-", models.F("advance")
                        ),
                        output_field=models.DecimalField(decimal_places=2, max_digits=14),
                        verbose_name="balance",
                    ),
                ),
                (
                    "payment_status",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(advance__gte=models.F("total"), then=models.Value("paid")),
                            models.When(advance__gt=0, then=models.Value("partial")),
                            default=models.Value("unpaid"),
                        ),
                        output_field=models.CharField(
                            choices=[("unpaid", "Unpaid"), ("partial", "Partly paid"), ("paid", "Paid")],
                            max_length=8,
                        ),
                        verbose_name="payment",
                    ),
                ),
                (
                    "cancellation_reason",
                    models.CharField(blank=True, max_length=500, verbose_name="reason of cancellation"),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "printed_lines",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="lims.asset",
                    ),
                ),
                (
                    "veterinarian",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="work_orders",
                        to="lims.veterinarian",
                        verbose_name="veterinarian",
                    ),
                ),
            ],
            options={
                "verbose_name": "work order",
                "verbose_name_plural": "work orders",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="Protocol",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("histopathology", "Histopathology"), ("cytology", "Cytology")],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Submitted"),
                            ("received", "Received"),
                            ("processing", "Processing"),
                            ("ready", "Ready"),
                            ("reported", "Reported"),
                            ("rejected", "Rejected"),
                        ],
                        default="draft",
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                (
                    "temporary_code",
                    models.CharField(
                        blank=True, max_length=30, null=True, unique=True, verbose_name="temporary code"
                    ),
                ),
                (
                    "number",
                    models.CharField(
                        blank=True, max_length=20, null=True, unique=True, verbose_name="number"
                    ),
                ),
                ("animal", models.CharField(max_length=200, verbose_name="animal's name or id")),
                ("species", models.CharField(max_length=60, verbose_name="species")),
                ("breed", models.CharField(blank=True, max_length=100, verbose_name="breed")),
                (
                    "sex",
                    models.CharField(
                        choices=[("female", "Female"), ("male", "Male"), ("unknown", "Not stated")],
                        default="unknown",
                        max_length=8,
                        verbose_name="sex",
                    ),
                ),
                ("neutered", models.BooleanField(blank=True, null=True, verbose_name="neutered")),
                ("age", models.CharField(blank=True, max_length=40, verbose_name="age")),
                (
                    "weight_kg",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=7, null=True, verbose_name="weight (kg)"
                    ),
                ),
                ("chip", models.CharField(blank=True, max_length=40, verbose_name="chip")),
                (
                    "owner_first_names",
                    models.CharField(blank=True, max_length=100, verbose_name="owner's first names"),
                ),
                (
                    "owner_last_names",
                    models.CharField(blank=True, max_length=100, verbose_name="owner's last names"),
                ),
                ("collected_on", models.DateField(blank=True, null=True, verbose_name="collected on")),
                (
                    "presumptive_diagnosis",
                    models.TextField(blank=True, max_length=5000, verbose_name="presumptive diagnosis"),
                ),
                (
                    "clinical_history",
                    models.TextField(blank=True, max_length=10000, verbose_name="clinical history"),
                ),
                ("academic_use", models.BooleanField(default=False, verbose_name="consent to academic use")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("submitted_at", models.DateTimeField(blank=True, null=True, verbose_name="submitted")),
                ("received_at", models.DateTimeField(blank=True, null=True, verbose_name="received")),
                (
                    "sample_condition",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("optimal", "Optimal"),
                            ("acceptable", "Acceptable"),
                            ("suboptimal", "Suboptimal"),
                            ("rejected", "Rejected"),
                        ],
                        max_length=12,
                        verbose_name="sample condition",
                    ),
                ),
                (
                    "reception_notes",
                    models.TextField(blank=True, max_length=5000, verbose_name="reception notes"),
                ),
                (
                    "discrepancies",
                    models.TextField(blank=True, max_length=5000, verbose_name="discrepancies"),
                ),
                (
                    "rejection_reason",
                    models.TextField(blank=True, max_length=2000, verbose_name="reason of rejection"),
                ),
                ("expected_ready_on", models.DateField(blank=True, null=True, verbose_name="expected ready")),
                (
                    "received_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="received by",
                    ),
                ),
                (
                    "veterinarian",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="protocols",
                        to="lims.veterinarian",
                        verbose_name="veterinarian",
                    ),
                ),
                (
                    "work_order",
                    models.ForeignKey(
                        blank=True,
                        help_text="The one live order that charges this protocol.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="protocols",
                        to="lims.workorder",
                        verbose_name="work order",
                    ),
                ),
            ],
            options={
                "verbose_name": "protocol",
                "verbose_name_plural": "protocols",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="WorkOrderHistory",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("created", "Created"),
                            ("changed", "Changed"),
                            ("issued", "Issued"),
                            ("sent", "Sent"),
                            ("invoiced", "Invoiced"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=10,
                        verbose_name="action",
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
                ("changes", models.JSONField(default=dict, verbose_name="changes")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "work_order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="history",
                        to="lims.workorder",
                    ),
                ),
            ],
            options={
                "verbose_name": "history of a work order",
                "verbose_name_plural": "history of work orders",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="WorkOrderLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("service", models.CharField(max_length=40, verbose_name="service")),
                ("description", models.CharField(max_length=5000, verbose_name="description")),
                (
                    "quantity",
                    models.PositiveIntegerField(
                        default=1,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="quantity",
                    ),
                ),
                (
                    "unit_price",
                    models.DecimalField(decimal_places=2, max_digits=12, verbose_name="unit price"),
                ),
                (
                    "discount",
                    models.DecimalField(
                        decimal_places=2, default=Decimal("0.00"), max_digits=12, verbose_name="discount"
                    ),
                ),
                (
                    "subtotal",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.F("quantity"), "*", models.F("unit_price")
                            ),
                            "-",
                            models.F("discount"),
                        ),
                        output_field=models.DecimalField(decimal_places=2, max_digits=14),
                        verbose_name="subtotal",
                    ),
                ),
                (
                    "protocol",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="lims.protocol",
                        verbose_name="protocol",
                    ),
                ),
                (
                    "work_order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="lims.workorder"
                    ),
                ),
            ],
            options={
                "verbose_name": "line",
                "verbose_name_plural": "lines",
                "ordering": ["position"],
            },
        ),
        migrations.CreateModel(
            name="DocumentAccess",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40, verbose_name="document type")),
                ("document_pk", models.BigIntegerField(verbose_name="document")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
                (
                    "outcome",
                    models.CharField(
                        choices=[("hit", "From the cache"), ("inline", "Rendered in the request")],
                        max_length=8,
                        verbose_name="outcome",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "document access",
                "verbose_name_plural": "document accesses",
                "ordering": ["-pk"],
                "indexes": [models.Index(fields=["kind", "document_pk", "-id"], name="access_document")],
            },
        ),
        migrations.CreateModel(
            name="Laboratory",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("address", models.CharField(blank=True, max_length=300, verbose_name="address")),
                ("phone", models.CharField(blank=True, max_length=60, verbose_name="phone")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("website", models.CharField(blank=True, max_length=200, verbose_name="website")),
                ("tax_id", models.CharField(blank=True, max_length=20, verbose_name="tax id (CUIT)")),
                ("director", models.CharField(blank=True, max_length=200, verbose_name="director")),
                ("footer", models.CharField(blank=True, max_length=300, verbose_name="footer")),
                (
                    "work_order_terms",
                    models.TextField(blank=True, max_length=5000, verbose_name="terms of work orders"),
                ),
                (
                    "logo",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="lims.asset",
                        verbose_name="logo",
                    ),
                ),
            ],
            options={
                "verbose_name": "laboratory data",
                "verbose_name_plural": "laboratory data",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("pk", 1)), name="laboratory_is_one_row")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="workorder",
            index=models.Index(fields=["veterinarian", "-id"], name="work_order_vet"),
        ),
        migrations.AddIndex(
            model_name="workorder",
            index=models.Index(fields=["status", "-id"], name="work_order_status"),
        ),
        migrations.AddConstraint(
            model_name="workorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["draft", "cancelled"]),
                    models.Q(
                        ("issued_on__isnull", False),
                        ("number__isnull", False),
                        ("printed_lines__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="work_order_issued_is_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="workorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("advance__gte", 0), ("advance__lte", models.F("total"))),
                    ("status", "draft"),
                    _connector="OR",
                ),
                name="work_order_advance_within_total",
            ),
        ),
        migrations.AddIndex(
            model_name="protocol",
            index=models.Index(fields=["veterinarian", "-id"], name="protocol_vet"),
        ),
        migrations.AddIndex(
            model_name="protocol",
            index=models.Index(fields=["status", "-id"], name="protocol_status"),
        ),
        migrations.AddConstraint(
            model_name="protocol",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["draft", "submitted", "rejected"]),
                    ("number__isnull", False),
                    _connector="OR",
                ),
                name="protocol_received_has_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="workorderline",
            constraint=models.UniqueConstraint(
                fields=("work_order", "position"), name="line_position_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="workorderline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("discount__gte", 0),
                    ("quantity__gte", 1),
                    ("unit_price__gte", 0),
                    (
                        "discount__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("quantity"), "*", models.F("unit_price")
                        ),
                    ),
                ),
                name="line_amounts_in_range",
            ),
        ),
    ]
