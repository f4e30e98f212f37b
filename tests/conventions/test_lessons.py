"""What other products were hurt by, as their public trackers tell: each has tests of ours by name, and they are there."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent

LESSONS: dict[str, tuple[str, ...]] = {
    "CiviForm 2636: the previous client's answers in the next client's form at the counter": (
        "e2e/test_counter.py::test_the_next_person_finds_nothing_of_the_one_before",
        "integration/test_apply.py::test_on_a_shared_machine_the_next_person_finds_nothing",
        "integration/test_once_only.py::test_the_next_person_who_signs_in_finds_nothing_of_the_one_before",
    ),
    "CiviForm 1575, 2649: consent and signature filled from an earlier application": (
        "unit/forms/test_catalogue.py::test_what_is_never_common_is_never_carried_over",
        "unit/test_reuse.py::test_nothing_of_the_never_common_list_is_carried",
        "integration/test_once_only.py::test_consent_is_asked_and_never_given_beforehand",
    ),
    "CiviForm 890: prefill and write-back when filing for someone else": (
        "integration/test_once_only.py::test_an_agent_keeps_and_uses_nothing",
        "unit/test_reuse.py::test_whoever_turns_out_to_be_an_agent_loses_what_was_carried",
    ),
    "CiviForm 7123: prefilled fields that do not say so, nor from where": (
        "integration/test_once_only.py::test_what_was_used_may_still_be_refused",
        "unit/test_reuse.py::test_an_old_phone_is_shown_and_asked_again",
    ),
    "CiviForm 11777: households entered again for each programme": (
        "unit/forms/test_two_wards.py::test_no_fact_is_asked_twice",
        "integration/test_apply.py::test_nothing_is_asked_twice_and_the_wards_of_the_guide_stand_in_the_addresses",
        "integration/test_once_only.py::test_somebody_who_came_back_answers_under_a_third",
    ),
    "Open Forms 980: a failed hand-over told the citizen nothing; receipt first, hand-over later": (
        "integration/test_office_correspondence.py::"
        "test_the_status_page_says_when_a_dead_office_is_tried_again_and_that_nothing_is_to_be_done",
        "integration/test_dead_office.py::test_a_hanging_office_holds_up_only_itself",
    ),
    "Open Forms 2297: a manual resend kept the old count of attempts": (
        "integration/test_delivery.py::"
        "test_a_dead_office_is_tried_with_growing_waits_then_given_up_and_sent_again_by_a_person",
    ),
    "Open Forms 1833: a prefilled field that came back empty blocked submission": (
        "integration/test_once_only.py::test_a_carried_answer_that_is_emptied_blocks_nothing",
        "unit/test_reuse.py::test_an_emptied_answer_blocks_nothing",
    ),
    "FormSG 9414: retries silently dead because the worker looked in the wrong place": (
        "integration/test_notices.py::test_a_mail_refused_for_now_is_sent_later_through_the_workers_own_path",
        "integration/test_delivery.py::test_a_worker_delivers_what_was_queued_and_resumes_what_a_dead_one_had_begun",
    ),
    "démarches 2860: four or five drafts of one case": (
        "integration/test_drafts_elsewhere.py::test_the_same_again_offers_to_go_on",
    ),
    "démarches 13837: no row and a blank row computed different routing; a definition that changed": (
        "unit/forms/test_unanswered.py::test_a_field_with_no_row_and_a_blank_one_are_one_meaning",
        "integration/test_submit.py::test_an_application_keeps_the_definition_it_was_made_with",
    ),
    "paperless 5792: the code of one document leaked to the next in a stack": (
        "integration/test_paper_lessons.py::test_a_page_without_a_code_is_not_taken_for_the_sheet_before_it",
        "unit/ocr/test_reading.py::test_pages_do_not_share_anything",
    ),
    "paperless 546: database is locked because OCR ran inside a transaction": (
        "integration/test_paper_lessons.py::test_no_transaction_is_open_while_a_page_is_read",
    ),
    "paperless-ng 163: the classifier learnt its own mistakes": (
        "integration/test_paper_lessons.py::test_only_values_a_person_confirmed_may_teach",
    ),
    "久慈市 2020: full eye-checking took ten times longer than typing": (
        "integration/test_paper_review.py::test_the_seconds_a_review_took_are_measured_a_field_and_a_sheet",
    ),
    "published AI-OCR rates of about 93 % for wards' forms": (
        "unit/ocr/test_reading.py::test_nearly_all_places_are_read_right",
    ),
}


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_has_its_tests(lesson: str) -> None:
    for named in LESSONS[lesson]:
        file, _, name = named.partition("::")
        tree = ast.parse((TESTS / file).read_text("utf-8"))
        found = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and one.name == name]
        assert found, f"{named} is gone"
