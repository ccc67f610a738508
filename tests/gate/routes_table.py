"""Every route of the product: who may come, and what each part of its address names.

A new route without a line here fails the tests. Role letters: `*` anybody, `E` firm, `B` loan
officer, `P` product manager, `C` a bank's system, `G` guarantor, `D` department, `O` credit office,
`A` auditor, `S` operator. A parameter not named in a line has the kind of `KINDS`.
"""

from dataclasses import dataclass, field

from xinyidai.kernel.actor import Role

LETTERS = {
    Role.PUBLIC: "*",
    Role.ENTERPRISE_USER: "E",
    Role.BANK_OFFICER: "B",
    Role.BANK_PRODUCT_MANAGER: "P",
    Role.BANK_CLIENT: "C",
    Role.GUARANTOR: "G",
    Role.DEPARTMENT: "D",
    Role.CREDIT_OFFICE: "O",
    Role.AUDITOR: "A",
    Role.OPERATOR: "S",
}

# Which object of a world stands for a parameter of an address.
KINDS = {
    "application_id": "application",
    "consent_id": "consent",
    "snapshot_id": "snapshot",
    "batch_id": "batch",
    "entry_id": "entry",
    "account_id": "account",
    "message_id": "message",
    "version_id": "version",
    "product_id": "product",
    "event_id": "event",
    "delivery_id": "delivery",
    "source_id": "nothing",
    "consent_no": "consent_no",
    "need_id": "need",
    "search_id": "search",
    "lead_id": "lead",
    "institution_id": "nothing",
    "alarm_id": "nothing",
    "sample_id": "nothing",
    "model_id": "nothing",
    "template_id": "nothing",
    "witness_id": "nothing",
    "objection_id": "objection",
    "bulletin_id": "nothing",
    "suspect_id": "nothing",
    "ticket_id": "nothing",
    "repair_id": "repair",
    "code": "word:median_days",
    "declaration_id": "declaration",
    "file_id": "file",
    "commitment_id": "commitment",
    "number": "commitment_no",
    "filename": "word:app.css",
}
# Objects of the whole city: opening them is no leak.
SHARED = frozenset({"event", "product", "nothing", "commitment_no"})


@dataclass(frozen=True)
class Entry:
    """One route.

    `names`: who knows a firm's code, or meets it at an event, learns its name here. `staff`: a firm
    chooses here among a bank's officers. `handles`: the credit office sees here the record that a
    firm's own case is about; the firm finds that look in its list.
    """

    roles: str
    names: bool = False
    staff: bool = False
    handles: bool = False
    kinds: dict[str, str] = field(default_factory=dict)


def _e(
    roles: str, *, names: bool = False, staff: bool = False, handles: bool = False, **kinds: str
) -> Entry:
    return Entry("".join(sorted(roles)), names, staff, handles, kinds)


LOOK = {"event_id": "look"}

TABLE: dict[str, Entry] = {
    # Anybody
    **dict.fromkeys(
        """
        static assets.font assets.htmx design.sheet public.home public.accessibility public.privacy
        public.event_list public.event public.product_list public.product public.whitelist_names
        sign_in.form sign_in.enter sign_in.sign_up_form health.healthz health.readyz
        oauth.issue_token api_docs.openapi api_docs.page api_record_kinds.list_kinds
        api_events.list_events api_products.list_products api_applications.list_denial_reasons
        api_consents.list_purposes api_ledger.checkpoint api_ledger.consistency
        api_ledger.accept_cosignature api_ledger.keys api_ledger.leaves api_ledger.witness_steps
        ledger_tools.tool public.verify.form public.verify.consent public.verify.ledger_page
        public.verify.check_proof public.verify.checkpoint public.verify.keys
        """.split(),  # noqa: SIM905 - a list of fifty strings is harder to read
        _e("*"),
    ),
    # Repayment calculator and comparison
    **dict.fromkeys(("calculator.show", "calculator.as_csv", "compare.show"), _e("*")),
    "enterprise.compare": _e("E"),
    # The public catalogue
    **dict.fromkeys(
        ("catalogue.catalogue", "catalogue.as_json", "catalogue.as_csv"),
        _e("*"),
    ),
    # The public comprehensive evaluation: rules for anybody, one result for the firm, counts for offices
    "evaluation.rules": _e("*"),
    **dict.fromkeys(("enterprise.evaluation", "enterprise.evaluation_refresh"), _e("E")),
    "office.evaluations": _e("AO"),
    "office.evaluations_run": _e("O"),
    "catalogue.kind": _e("*", code="word:tax_grade"),
    "office.volumes": _e("AO"),
    "office.kind_volumes": _e("AO", code="word:tax_grade"),
    "sign_in.sign_up": _e("*", names=True),
    "api_products.read_product": _e("*", version_id="version"),
    "sign_in.leave": _e("ABCDEGOPS"),
    # A firm
    **dict.fromkeys(
        """
        enterprise.home enterprise.applications enterprise.application enterprise.application_check
        enterprise.application_consent enterprise.application_sign_consent
        enterprise.application_contact enterprise.application_change_contact
        enterprise.application_need enterprise.application_change_need enterprise.application_submit
        enterprise.application_submitted enterprise.application_withdraw enterprise.application_new
        enterprise.application_start enterprise.consent_sign enterprise.consents enterprise.consent
        enterprise.consent_confirm enterprise.consent_receipt_json enterprise.consent_receipt_pdf
        enterprise.consent_resume enterprise.consent_ending enterprise.consent_revoke
        enterprise.consent_suspend enterprise.consent_check enterprise.consent_new
        enterprise.dispute enterprise.events enterprise.event
        enterprise.event_cancel enterprise.event_register enterprise.holdings
        enterprise.holdings_with_records enterprise.holdings_file enterprise.matches
        enterprise.match_run enterprise.match_form enterprise.people enterprise.person_add
        enterprise.person enterprise.person_mandate enterprise.person_stop enterprise.person_new
        enterprise.people_signing enterprise.product enterprise.profile enterprise.profile_refresh
        enterprise.looks_page enterprise.records
        enterprise.objections enterprise.objection_form enterprise.objection_open
        enterprise.objection enterprise.objection_supply enterprise.objection_withdraw
        enterprise.objection_acknowledge enterprise.repairs enterprise.repairs_with_records
        enterprise.repair_form enterprise.repair_apply enterprise.repair
        enterprise.repair_resubmit enterprise.repair_withdraw
        """.split(),  # noqa: SIM905 - as above
        _e("E"),
    ),
    # Other nodes: a signature is the credential, the gate lets anybody knock
    **dict.fromkeys(
        """
        api_nodes.take_package api_nodes.list_packages api_nodes.read_package
        api_nodes.read_receipt api_nodes.take_receipt api_nodes.hear
        """.split(),  # noqa: SIM905 - as above
        _e("*", package_id="nothing"),
    ),
    **dict.fromkeys(
        """
        office.nodes office.node office.node_packages office.node_package office.node_errors
        office.node_publishing office.node_mapping
        """.split(),  # noqa: SIM905 - as above
        _e("AO", node_id="nothing", package_id="nothing"),
    ),
    **dict.fromkeys(
        """
        office.node_step office.node_map office.node_build office.node_replay
        office.node_close_error office.node_form office.node_propose office.node_revise_form
        office.node_revise
        """.split(),  # noqa: SIM905 - as above
        _e("O", node_id="nothing", some_id="nothing", error_id="nothing"),
    ),
    "enterprise.consent_officer": _e("E", staff=True),
    "enterprise.consent_agree": _e("E", consent_id="pending"),
    "enterprise.consent_decline": _e("E", consent_id="pending"),
    "enterprise.look": _e("E", **LOOK),
    "enterprise.look_proof": _e("E", **LOOK),
    # A bank
    **dict.fromkeys(
        """
        bank.home bank.list_applications bank.show_application bank.step_form bank.take_step
        bank.accept bank.investigate bank.settle bank.sign bank.list_batches bank.order_batch
        bank.show_batch bank.batch_results bank.check_batch bank.choose_batch bank.figure_list
        bank.list_whitelist
        """.split(),  # noqa: SIM905 - as above
        _e("B"),
    ),
    **dict.fromkeys(("bank.end_consent", "queries.make_query", "queries.read_query"), _e("BG")),
    **dict.fromkeys(("bank.show_consent", "bank.consent_receipt"), _e("BGP")),
    **dict.fromkeys(
        """
        bank.list_events bank.cancel bank.register bank.list_products bank.show_product
        """.split(),  # noqa: SIM905 - as above
        _e("BP"),
    ),
    "bank.search": _e("B", names=True),
    **dict.fromkeys(("bank.request_consent", "bank.consent_form"), _e("BG", names=True)),
    # After a bank has asked a firm, or at an event, it knows the firm's name.
    "bank.list_consents": _e("BGP", names=True),
    "bank.show_event": _e("BP", names=True),
    **dict.fromkeys(
        """
        bank.create_product bank.delist_product bank.edit_product bank.update_product
        bank.revise_product bank.submit_product bank.new_product
        bank.show_rules bank.save_rules bank.edit_examples bank.save_examples
        bank.show_shadow bank.run_shadow
        bank.withdraw_product bank.product_fields
        bank.discard_form bank.discard_product
        """.split(),  # noqa: SIM905 - as above
        _e("P"),
    ),
    **dict.fromkeys(
        """
        api_applications.list_applications api_applications.read_application
        api_applications.accept api_applications.approve api_applications.request_approval
        api_applications.deny api_applications.disburse api_applications.investigate
        api_applications.return_for_completion api_applications.settle api_applications.sign
        api_consents.list_consents api_consents.read_consent api_consents.read_receipt
        api_products.draft_product api_products.submit_product api_queries.make_query
        api_products.discard_product
        api_queries.read_query api_whitelist.list_members
        """.split(),  # noqa: SIM905 - as above
        _e("C"),
    ),
    "api_consents.request_consent": _e("C", names=True),
    "guarantor.home": _e("G"),
    # Departments
    **dict.fromkeys(
        """
        department.home department.nominations department.nomination department.objections
        department.objection department.objection_step department.objection_record
        """.split(),  # noqa: SIM905 - as above
        _e("D"),
    ),
    **dict.fromkeys(("department.nomination_form", "department.nominate"), _e("D", names=True)),
    # The city's own offices
    **dict.fromkeys(
        """
        audit.home audit.alarms audit.alarm audit.review audit.reconciliations audit.samples
        audit.judge audit.draw_sample audit.sealings office.city_applications
        office.city_application office.data office.figures office.figure_list office.query_ledger
        office.revocations office.export_queries office.whitelist office.entry
        office.purpose_version
        office.purposes office.objections office.objection office.repairs office.repair
        """.split(),  # noqa: SIM905 - as above
        _e("AO"),
    ),
    **dict.fromkeys(("office.query_event", "office.query_proof"), _e("AO", **LOOK)),
    "office.purpose": _e("AO", code="word:pre_loan"),
    **dict.fromkeys(
        ("office.purpose_draft", "office.draft_purpose"), _e("O", code="word:pre_loan")
    ),
    "audit.trail": _e("A"),
    **dict.fromkeys(
        """
        office.home office.waiting_names office.settle_name office.settle_sure_names office.events
        office.event office.cancel_event office.close_event office.follow_up_event office.hold_event
        office.record_meeting office.open_event office.plan_form office.plan_event office.products
        office.product_shadow
        office.product office.decide_product office.take_step office.nomination_form office.nominate
        office.decide_purpose office.retire_purpose office.objection_step
        office.objection_counter office.repair_step office.repair_counter
        """.split(),  # noqa: SIM905 - as above
        _e("O"),
    ),
    **dict.fromkeys(
        """
        office.objection_record office.objection_at_counter office.repair_record
        office.repair_at_counter
        """.split(),  # noqa: SIM905 - as above
        _e("O", handles=True),
    ),
    **dict.fromkeys(("office.models", "office.model"), _e("AOS")),
    "office.decide_model": _e("OS"),
    "operator.home": _e("S"),
    # Deliveries: by department, by the office, by signed programs
    **dict.fromkeys(
        (
            "department.deliveries",
            "department.deliver_form",
            "department.deliver",
            "department.delivery",
            "department.delivery_step",
            "department.delivery_rejections",
        ),
        _e("D"),
    ),
    **dict.fromkeys(
        (
            "office.deliveries",
            "office.delivery",
            "office.delivery_rejections",
            "office.sources",
            "office.source",
            "office.interfaces",
        ),
        _e("AO"),
    ),
    "office.interface_calls": _e("AO", interface="word:push"),
    **dict.fromkeys(
        (
            "office.deliver_form",
            "office.deliver",
            "office.delivery_step",
            "office.register_source",
            "office.change_source",
        ),
        _e("O"),
    ),
    **dict.fromkeys(("api_deliveries.push_records", "api_deliveries.read_delivery"), _e("*")),
    # Credit reports, credit codes and what anybody may see of a firm: public on purpose
    **dict.fromkeys(
        """
        public_credit.search report_check.check_form report_check.check_file
        """.split(),  # noqa: SIM905 - as above
        _e("*"),
    ),
    "public_credit.firm": _e("*", code="word:nothing"),
    "public_credit.scanned": _e("*", token="word:nothing"),
    "report_check.check_number": _e("*", number="word:nothing"),
    "api_public_credit.read_credit": _e("*", uscc="word:nothing"),
    **dict.fromkeys(
        """
        enterprise.reports enterprise.report_form enterprise.report_preview enterprise.report_make
        enterprise.credit_code enterprise.credit_code_svg enterprise.credit_code_poster
        enterprise.credit_code_on enterprise.credit_code_renew enterprise.credit_code_off
        """.split(),  # noqa: SIM905 - as above
        _e("E"),
    ),
    **dict.fromkeys(
        ("enterprise.report", "enterprise.report_pdf", "enterprise.report_json"),
        _e("E", report_id="nothing"),
    ),
    **dict.fromkeys(("bank.list_reports", "bank.make_report"), _e("BG")),
    **dict.fromkeys(
        ("bank.show_report", "bank.report_pdf", "bank.report_json"), _e("BG", report_id="nothing")
    ),
    "bank.report_of_look": _e("BG"),
    **dict.fromkeys(("office.reports", "office.report_list"), _e("AO")),
    # The profile: pages of the firm, parts of a look on pages and for banks' systems
    **dict.fromkeys(
        """
        enterprise.profile_indicators enterprise.profile_timeline enterprise.profile_relations
        enterprise.profile_missing enterprise.profile_json
        """.split(),  # noqa: SIM905 - as above
        _e("E"),
    ),
    **dict.fromkeys(
        ("queries.read_timeline", "queries.read_relations", "queries.read_trends"), _e("BG")
    ),
    **dict.fromkeys(("api_profiles.read_profile", "api_profiles.read_timeline"), _e("C")),
    # Declarations and commitments; the public list names whoever promised something.
    **dict.fromkeys(("public.commitments.listed", "public.commitments.one"), _e("*", names=True)),
    **dict.fromkeys(
        """
        enterprise.declarations enterprise.declaration_start enterprise.declaration
        enterprise.declaration_fields enterprise.declaration_save enterprise.declaration_files
        enterprise.declaration_attach enterprise.declaration_detach enterprise.declaration_file
        enterprise.declaration_check enterprise.declaration_sign enterprise.declaration_receipt
        enterprise.declaration_withdraw enterprise.commitments enterprise.commitment
        enterprise.commitment_attach enterprise.commitment_supply enterprise.commitment_copy
        """.split(),  # noqa: SIM905 - as above
        _e("E"),
    ),
    **dict.fromkeys(
        ("enterprise.commitment_form", "enterprise.commitment_sign"), _e("E", template_id="nothing")
    ),
    "enterprise.commitment_file": _e("E", file_id="evidence"),
    **dict.fromkeys(
        """
        department_promises.declarations department_promises.declaration
        department_promises.declaration_step department_promises.declaration_file
        department_promises.commitments department_promises.commitment
        department_promises.commitment_step
        """.split(),  # noqa: SIM905 - as above
        _e("D"),
    ),
    "department_promises.commitment_file": _e("D", file_id="evidence"),
    **dict.fromkeys(
        """
        office.declarations office.declaration office.commitment_figures office.commitments
        office.commitment office.commitment_templates office.commitment_template
        """.split(),  # noqa: SIM905 - as above
        _e("AO"),
    ),
    **dict.fromkeys(
        """
        office.declaration_step office.declaration_file office.commitment_step
        office.commitment_template_form office.commitment_template_draft
        office.commitment_template_step
        """.split(),  # noqa: SIM905 - as above
        _e("O"),
    ),
    "office.commitment_file": _e("O", file_id="evidence"),
    # Data quality
    **dict.fromkeys(
        """
        office.quality office.quality_rows office.quality_late office.quality_codes
        office.quality_coverage office.quality_firms office.quality_scores office.bulletins_page
        office.bulletin_pdf office.bulletin_xlsx office.suspects office.suspect office.tickets
        office.ticket
        """.split(),  # noqa: SIM905 - as above
        _e("AO"),
    ),
    **dict.fromkeys(
        """
        office.publish_bulletin office.suspect_step office.ticket_form office.open_ticket
        office.ticket_step
        """.split(),  # noqa: SIM905 - as above
        _e("O"),
    ),
    **dict.fromkeys(
        """
        department.quality department.quality_rows department.bulletin_pdf
        department.bulletin_xlsx department.suspects department.suspect department.suspect_step
        department.tickets department.ticket department.ticket_step
        """.split(),  # noqa: SIM905 - as above
        _e("D"),
    ),
    # Everybody with a mailbox
    **dict.fromkeys(("messages.inbox", "messages.read", "messages.read_all"), _e("ABDEGOP")),
}
TABLE |= {
    # Financing needs: the firm, the banks that may claim or hold one, the office
    **dict.fromkeys(
        """
        enterprise.needs enterprise.need_new enterprise.need_start enterprise.need
        enterprise.need_edit enterprise.need_change enterprise.need_publish
        enterprise.need_withdraw enterprise.need_answer enterprise.need_authorize
        enterprise.need_contact enterprise.need_refuse
        """.split(),  # noqa: SIM905 - as above
        _e("E"),
    ),
    **dict.fromkeys(
        """
        bank.need_pool bank.held_needs bank.show_need bank.claim_need bank.report_need_contact
        bank.decline_need_form bank.decline_need
        """.split(),  # noqa: SIM905 - as above
        _e("B"),
    ),
    **dict.fromkeys(
        """
        api_financing_needs.list_pool api_financing_needs.list_held api_financing_needs.read_need
        api_financing_needs.claim api_financing_needs.report_contact api_financing_needs.decline
        """.split(),  # noqa: SIM905 - as above
        _e("C"),
    ),
    **dict.fromkeys(("office.needs", "office.need", "office.late_needs"), _e("AO")),
    "office.dispatch_need": _e("O"),
}
KINDS |= {"release_id": "nothing", "notice_id": "nothing", "check_id": "joint_check"}
TABLE |= {
    # Credit lists and joint checks
    **dict.fromkeys(("lists.index", "lists.measures", "lists.notices", "lists.notice"), _e("*")),
    **dict.fromkeys(("lists.entries", "lists.entries_file"), _e("*", code="word:dishonest_debtor")),
    **dict.fromkeys(
        ("api_joint_checks.make_check", "department.make_check", "department.check_file"),
        _e("D", names=True),
    ),
    **dict.fromkeys(
        """
        api_joint_checks.read_check api_joint_checks.report_check department.checks
        department.check_form department.check department.check_step department.check_batches
        department.check_batch department.check_batch_rows department.credit_lists
        department.list_release_form department.draft_list_release department.list_release
        department.list_release_step
        """.split(),  # noqa: SIM905 - as above
        _e("D"),
    ),
    **dict.fromkeys(
        """
        office.checks office.check_list office.check office.credit_lists office.list_entries
        office.list_release
        """.split(),  # noqa: SIM905 - as above
        _e("AO"),
    ),
    **dict.fromkeys(
        """
        office.remove_entries office.list_release_form office.draft_list_release
        office.list_release_step
        """.split(),  # noqa: SIM905 - as above
        _e("O"),
    ),
    **dict.fromkeys(("enterprise.checks", "enterprise.check"), _e("E")),
    # Models in use: rollback, shadow, drift, alarms; how loans stand
    **dict.fromkeys(("office.roll_back_model", "office.decide_shadow"), _e("OS")),
    **dict.fromkeys(
        """
        office.model_shadow office.shadow_groups office.model_drift office.model_alarms
        office.model_alarm
        """.split(),  # noqa: SIM905 - as above
        _e("AOS"),
    ),
    "office.decide_model_alarm": _e("O"),
    **dict.fromkeys(("bank.repayment_form", "bank.report_repayment"), _e("B")),
    "api_applications.report_repayment": _e("C"),
    # Side roads of applications; whitelisted firms first
    **dict.fromkeys(("bank.hand_over_form", "bank.hand_over", "bank.priority"), _e("B")),
    "bank.priority_list": _e("B", mark="word:answered"),
    "api_applications.counter_offer": _e("C"),
    **dict.fromkeys(("api_applications.hand_over", "api_applications.list_takers"), _e("C")),
    "office.priority": _e("AO"),
    "office.priority_list": _e("AO", mark="word:answered"),
    **dict.fromkeys(
        """
        enterprise.application_take_offer enterprise.application_refuse_offer
        enterprise.application_resend_form enterprise.application_resend
        """.split(),  # noqa: SIM905 - as above
        _e("E"),
    ),
    # Leads: whom banks seek, whom firms let near; the public order and what came of products
    "ranking.rule": _e("*"),
    **dict.fromkeys(
        """
        bank.list_leads bank.new_search bank.create_search bank.show_search bank.count_search
        bank.invite_firms bank.save_search bank.lead_feedback bank.give_feedback
        bank.own_standing bank.product_standing bank.lead_firms
        """.split(),  # noqa: SIM905 - as above
        _e("BP"),
    ),
    **dict.fromkeys(
        """
        api_leads.count_firms api_leads.list_searches api_leads.read_search api_leads.count_again
        api_leads.set_weekly api_leads.invite api_leads.list_leads api_leads.feed_back
        """.split(),  # noqa: SIM905 - as above
        _e("C"),
    ),
    **dict.fromkeys(
        """
        enterprise.contact enterprise.choose_contact enterprise.invitation
        enterprise.accept_invitation enterprise.decline_invitation
        """.split(),  # noqa: SIM905 - as above
        _e("E"),
    ),
    **dict.fromkeys(
        ("office.leads", "office.institution_leads", "office.standings", "office.standing"),
        _e("AO"),
    ),
    # How far the matching of all firms is, and one match computed again
    **dict.fromkeys(("office.matching_state", "office.matching_replay"), _e("AO")),
    "enterprise.match_replay": _e("E"),
    "enterprise.need_match": _e("E"),
}
TABLE |= {
    # Joint results: a bank's own model inside, only the band outside
    **dict.fromkeys(
        """
        api_joint_results.upload_model api_joint_results.list_models api_joint_results.read_model
        api_joint_results.submit_model api_joint_results.make_result api_joint_results.read_result
        api_joint_results.order_run api_joint_results.read_run
        """.split(),  # noqa: SIM905 - as above
        _e("C", version_id="nothing", run_id="nothing"),
    ),
    **dict.fromkeys(
        ("bank.joint_models", "bank.joint_model", "bank.try_joint_model"),
        _e("BP", version_id="nothing"),
    ),
    **dict.fromkeys(
        ("bank.upload_joint_model", "bank.step_joint_model"), _e("P", version_id="nothing")
    ),
    **dict.fromkeys(
        ("bank.joint_runs", "bank.order_joint_run", "bank.joint_run", "bank.joint_result"),
        _e("B", run_id="nothing"),
    ),
    **dict.fromkeys(
        ("office.joint_models", "office.joint_model", "office.joint_log", "office.joint_told"),
        _e("AO", version_id="nothing"),
    ),
    "office.decide_joint_model": _e("O", version_id="nothing"),
    "enterprise.joint_results": _e("E"),
}
