"""What someone made quiet."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("regions", "0020_doors"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Quiet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "contribution",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="regions.contribution",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="regions.region"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("contribution__isnull", False), ("region__isnull", True)),
                            models.Q(("contribution__isnull", True), ("region__isnull", False)),
                            _connector="OR",
                        ),
                        name="quiet_is_a_contribution_or_a_region",
                    ),
                    models.UniqueConstraint(
                        fields=("person", "contribution"), name="one_quiet_per_person_and_contribution"
                    ),
                    models.UniqueConstraint(fields=("person", "region"), name="one_quiet_per_person_and_region"),
                ],
            },
        ),
    ]
