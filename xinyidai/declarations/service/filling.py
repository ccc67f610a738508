"""Fill in a declaration, 填报: start or go on with the draft, fields, attachments.

What was typed is kept whether or not it is sound: faults come back beside the draft.
"""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from xinyidai.audit import service as audit
from xinyidai.catalogue.declarations import DECLARATIONS, get_category
from xinyidai.credit_records.service import made_here
from xinyidai.declarations import policies, queries, rules
from xinyidai.declarations.models import Declaration, DeclarationFile
from xinyidai.declarations.service import steps
from xinyidai.declarations.values import EDITABLE, DeclarationAction, DeclarationState
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db, new_id, readable_number
from xinyidai.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from xinyidai.kernel.uploads import read_upload

NUMBER = "declaration_no"


def start_declaration(actor: Actor, category: str) -> Declaration:
    """Return the firm's draft of a category; the first call makes it, a second finds it.

    Raises:
        Forbidden: the actor acts for no firm.
        NotFound: no such category.

    """
    policies.require_firm(actor, category)
    if actor.party_id is None:
        raise Forbidden("只有企业自己可以填报。")
    found = queries.find_draft(actor.party_id, category)
    if found is not None:
        return found
    declaration = _draft(actor, actor.party_id, category)
    try:
        with db.session.begin_nested():
            db.session.add(declaration)
    except IntegrityError as error:
        twin = queries.find_draft(actor.party_id, category)
        if "uq_declaration_one_draft" not in str(error.orig) or twin is None:
            raise
        return twin
    steps.note(actor, DeclarationAction.START, declaration)
    return declaration


def save_fields(actor: Actor, declaration_id: UUID, texts: Mapping[str, str]) -> dict[str, str]:
    """Keep what was typed and return a sentence for each field that is not sound yet.

    Raises:
        NotFound: none of the actor's business.
        InvalidInput: a field that the category does not ask for.
        Conflict: the declaration is not to be edited now.

    """
    declaration = _editable(actor, declaration_id)
    rules.require_known(get_category(declaration.category), texts)
    declaration.texts = {**declaration.texts, **rules.kept_texts(texts)}
    db.session.flush()
    return faults_of(declaration)


def faults_of(declaration: Declaration) -> dict[str, str]:
    """Return a sentence for each field that is not sound as it stands."""
    category = get_category(declaration.category)
    typed = {**declaration.texts, NUMBER: declaration.number}
    try:
        content = made_here.read_texts(category.kind.code, typed)
    except InvalidInput as error:
        return error.fields
    return rules.content_faults(content, clock.today())


def attach_file(actor: Actor, declaration_id: UUID, name: str, content: bytes) -> DeclarationFile:
    """Attach a file; the same content a second time is the file that is there.

    Raises:
        NotFound: none of the actor's business.
        InvalidInput: no PDF, JPEG or PNG by its content, too large, or too many files.
        Conflict: the declaration is not to be edited now.

    """
    declaration = _editable(actor, declaration_id)
    upload = read_upload(name, content, most_mib=DECLARATIONS.most_mib)
    there = queries.files_of(declaration.id)
    for one in there:
        if one.sha256 == upload.sha256:
            return one
    if len(there) >= DECLARATIONS.most_files:
        words = f"最多 {DECLARATIONS.most_files} 个附件。请先删除不需要的，或合并成一个 PDF。"
        raise InvalidInput(words, fields={"file": words})
    file = DeclarationFile(
        declaration_id=declaration.id,
        enterprise_id=declaration.enterprise_id,
        name=upload.name,
        type=upload.type,
        size=len(content),
        sha256=upload.sha256,
        content=upload.content,
        uploaded_by=actor.account_id,
    )
    db.session.add(file)
    db.session.flush()
    details = {"number": declaration.number, "sha256": file.sha256}
    audit.record(actor, "declaration:attach", "declaration", declaration.id, details)
    return file


def remove_file(actor: Actor, declaration_id: UUID, file_id: UUID) -> None:
    """Take an attachment away again; one that is gone already stays gone."""
    declaration = _editable(actor, declaration_id)
    file = queries.find_file(declaration.id, file_id)
    if file is None:
        return
    details = {"number": declaration.number, "sha256": file.sha256}
    db.session.delete(file)
    audit.record(actor, "declaration:detach", "declaration", declaration.id, details)


def _draft(actor: Actor, firm: UUID, category: str) -> Declaration:
    declaration_id = new_id()
    return Declaration(
        id=declaration_id,
        number=readable_number("ZC", declaration_id),
        enterprise_id=firm,
        category=category,
        catalogue_version=DECLARATIONS.version,
        texts={},
        state=DeclarationState.DRAFT,
        created_by=actor.account_id,
    )


def _editable(actor: Actor, declaration_id: UUID) -> Declaration:
    declaration = steps.load(actor, DeclarationAction.SUBMIT, declaration_id)
    if declaration.state not in EDITABLE:
        raise Conflict("已经提交，不能再改；退回补正后可以修改。", code="not_editable")
    return declaration


def require_own_file(actor: Actor, declaration_id: UUID, file_id: UUID) -> DeclarationFile:
    """Return a file that the actor may have, or raise `NotFound`."""
    declaration = policies.require_sight(actor, queries.find(declaration_id))
    policies.require_files(actor, declaration)
    file = queries.find_file(declaration_id, file_id)
    if file is None:
        raise NotFound("没有找到这个附件。")
    return file
