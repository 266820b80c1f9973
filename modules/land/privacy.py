"""Where procedures may name a person: texts that people wrote; see app/privacy."""

from app.privacy import PersonalTexts
from modules.land.models import Permit, PermitStep

PRIVACY = (
    PersonalTexts(
        Permit,
        (
            Permit.subject,
            Permit.conditions,
            Permit.note,
            Permit.due_reason,
            Permit.lapses_reason,
            Permit.authority,
            Permit.file_number,
            Permit.search_text,
        ),
    ),
    PersonalTexts(PermitStep, (PermitStep.note, PermitStep.taken_back_reason)),
)
