"""What the knowledge sheet says of labels beside their answers: what follows the answer."""

AT_ONCE = frozenset(
    {
        "issue/account_hijacked",
        "issue/wrong_profile_shown",
        "issue/account_blocked_wrongly",
        "faq/training_complaint_institution",
    }
)
"""Straight to a ticket: self-help would cost time that harms."""

NEAREST_ISSUE = {
    "faq/account_verification_email_missing": "issue/otp_not_delivered",
    "faq/account_otp_not_received": "issue/otp_not_delivered",
    "faq/account_forgot_email": "faq/account_forgot_email",
    "faq/account_change_phone": "faq/account_change_phone",
    "faq/account_change_email": "faq/account_change_email",
    "faq/account_blocked": "issue/account_blocked_wrongly",
    "faq/account_location_permission": "issue/location_not_detected",
    "faq/identity_nik_kk_mismatch": "faq/identity_nik_kk_mismatch",
    "faq/identity_selfie_face_rules": "issue/face_verification_failed",
    "faq/identity_data_edit": "faq/identity_data_edit",
    "faq/balance_not_in_yet": "issue/balance_wrong",
    "faq/membership_revoked": "faq/membership_revoked",
    "faq/training_induction_video": "issue/induction_video_stuck",
    "faq/training_change_cancel": "faq/training_change_cancel",
    "faq/training_not_passed": "faq/training_not_passed",
    "faq/certificate_when_appears": "issue/certificate_not_appearing",
    "faq/certificate_name_wrong": "issue/certificate_wrong_data",
    "faq/incentive_not_disbursed": "issue/incentive_failed",
    "faq/incentive_failed_reasons": "issue/incentive_failed",
    "faq/survey_not_appearing": "faq/survey_not_appearing",
    "faq/complaint_service_feedback": "faq/complaint_service_feedback",
    "faq/fraud_fake_site_hoax": "faq/fraud_fake_site_hoax",
    "faq/fraud_joki_calo": "faq/fraud_joki_calo",
    "faq/fraud_otp_request": "faq/fraud_otp_request",
}
"""Questions after whose answer we ask whether it helped, and the category if it did not."""


def asks_whether_it_helped(label: str) -> bool:
    """Tell whether the answer to label is followed by "did it help?"."""
    return label.startswith("issue/") or label in NEAREST_ISSUE


def category(label: str) -> str:
    """Return the category of a ticket that began with label."""
    return NEAREST_ISSUE.get(label, label)
