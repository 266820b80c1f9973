"""Where meters and readings may name a person: labels and reasons; see app/privacy."""

from app.privacy import PersonalTexts
from modules.energy.models import (
    AlertEventRecord,
    IngestBatch,
    Meter,
    MeterChangeRecord,
    ReadingEntry,
)

PRIVACY = (
    PersonalTexts(AlertEventRecord, (AlertEventRecord.reason,)),
    PersonalTexts(
        IngestBatch, (IngestBatch.file_name, IngestBatch.report, IngestBatch.undone_reason)
    ),
    PersonalTexts(Meter, (Meter.label, Meter.place_label, Meter.installation_label)),
    PersonalTexts(MeterChangeRecord, (MeterChangeRecord.reason,)),
    PersonalTexts(ReadingEntry, (ReadingEntry.reason,)),
)
