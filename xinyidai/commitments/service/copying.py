"""The signed copy of a commitment as PDF, 承诺书副本, with the way to check it."""

from pathlib import Path
from typing import Any
from uuid import UUID

from xinyidai.commitments.queries import CommitmentRow
from xinyidai.commitments.service.reading import read_commitment
from xinyidai.commitments.service.signing import THE_OFFICE
from xinyidai.commitments.values import KIND_NAMES, STATE_NAMES
from xinyidai.institutions import queries as institutions
from xinyidai.kernel import clock, pdf
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.settings import load_settings

TEMPLATE = Path(__file__).parents[1] / "sheets" / "commitment.typ"


def copy_pdf(actor: Actor, commitment_id: UUID, base_url: str) -> bytes:
    """Return the signed copy as PDF, for those who see the whole commitment.

    `base_url` is the platform's public address, from settings and not from what a client sent.

    Raises:
        NotFound: the commitment is none of the actor's business.

    """
    row = read_commitment(actor, commitment_id)
    url = f"{base_url.rstrip('/')}/commitments/{row.commitment.number}"
    return pdf.render(TEMPLATE, sheet_of(row, url), qr=url)


def sheet_of(row: CommitmentRow, url: str) -> dict[str, Any]:
    """Return everything that the template shows, as plain JSON data."""
    made, firm = row.commitment, row.enterprise
    office = institutions.get_department(made.department_id).name if made.department_id else ""
    due = f"{made.due_on:%Y-%m-%d}" if made.due_on else "长期"
    signed = f"{clock.local(made.signed_at):%Y-%m-%d %H:%M}"
    return {
        "title": made.title,
        "platform": "信易贷融资信用服务平台",
        "number": made.number,
        "demo": "演示数据：企业和人员均为虚构，本承诺书没有法律效力。"
        if load_settings().is_demo
        else "",
        "lead": f"状态截至 {clock.now():%Y-%m-%d %H:%M}：{STATE_NAMES[made.state]}。"
        "此后可能变化，请扫码或打开下面的网址查验。",
        "check_url": url,
        "qr_alt": "二维码：扫码打开这份承诺的公开页面",
        "lines": made.text.splitlines(),
        "fact_head": ["项目", "内容"],
        "facts": [
            ["承诺企业", f"{firm.name}（{firm.uscc}）"],
            ["承诺类型", KIND_NAMES[made.kind]],
            ["承诺事项", made.matter],
            ["履行期限", due],
            ["核实单位", office or THE_OFFICE],
            ["签署", f"{made.signer_name}，{signed}"],
            ["文本版本", made.template_version],
            ["承诺书摘要", made.text_hash],
            ["签署凭证摘要", made.artefact_hash],
            ["签名算法", made.signature_algorithm],
            ["签名公钥编号", made.signature_key_id],
        ],
    }
