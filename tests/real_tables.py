"""Real sets as one labelled table each, for `make bench-models`; feature building reads no label.

Splits: five stratified folds everywhere (ten for the 100 firms of CUMCM), and for the SBA lines
with a date also the newest 30 % of approvals against the rest.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

MOST_ROWS = 30_000


@dataclass(frozen=True)
class RealSet:
    """One comparison: the query that builds the table and the options of `model bench`."""

    name: str
    label: str
    positive: str
    query: str
    exclude: tuple[str, ...] = ()
    time: str | None = None
    folds: int = 5


_INVOICES = """
WITH v AS (SELECT * FROM '{d}/cumcm2020c/invoices.csv.gz'),
f AS (
  SELECT ent,
    count(*) FILTER (side = 'output' AND st = '有效发票') sales_n,
    sum(tot) FILTER (side = 'output' AND st = '有效发票') sales,
    sum(tot) FILTER (side = 'input' AND st = '有效发票') purchases,
    avg((st <> '有效发票')::int) FILTER (side = 'output') void_share,
    avg((tot < 0)::int) FILTER (side = 'output') negative_share,
    count(DISTINCT cp) FILTER (side = 'output') buyers,
    count(DISTINCT cp) FILTER (side = 'input') sellers,
    count(DISTINCT date_trunc('month', date)) FILTER (side = 'output') AS sales_months,
    max(tot) FILTER (side = 'output' AND st = '有效发票') largest_sale,
    sum(tot) FILTER (side = 'output' AND st = '有效发票' AND date >= DATE '2019-01-01') late_sales
  FROM v GROUP BY ent)
SELECT f.* EXCLUDE ent, ln(greatest(sales, 1)) sales_log, (sales - purchases) / nullif(sales, 0) margin,
  late_sales / nullif(sales, 0) late_share, (e.是否违约 = '是')::int bad
FROM '{d}/cumcm2020c/enterprises_with_credit_record.csv.gz' e JOIN f ON f.ent = e.企业代号
ORDER BY e.企业代号
"""
_EXIT = """
WITH i AS (SELECT EID, count(*) n, avg(BTBL) share, max(BTYEAR) AS latest, avg(IFHOME) home
           FROM '{d}/ccf2017_exit/4invest.csv.gz' GROUP BY 1),
 p AS (SELECT EID, count(*) n, avg(IFHOME) home, max(DJDATE) AS latest
       FROM '{d}/ccf2017_exit/6project.csv.gz' GROUP BY 1),
 q AS (SELECT EID, count(*) n, count(DISTINCT ADDTYPE) kinds
       FROM '{d}/ccf2017_exit/10qualification.csv.gz' GROUP BY 1),
 b AS (SELECT EID, count(*) n, count(SXENDDATE) ended FROM '{d}/ccf2017_exit/8breakfaith.csv.gz' GROUP BY 1),
 w AS (SELECT EID, count(*) n, sum(LAWAMOUNT) amount, max(LAWDATE) AS latest
       FROM '{d}/ccf2017_exit/7lawsuit.csv.gz' GROUP BY 1)
SELECT i.n invest_count, i.share invest_share, i.latest invest_last, i.home invest_home,
  p.n project_count, p.home project_home, p.latest project_last, q.n qualification_count,
  q.kinds qualification_kinds, b.n breakfaith_count, b.ended breakfaith_ended,
  w.n lawsuit_count, w.amount lawsuit_amount, w.latest lawsuit_last, TARGET exited
FROM '{d}/ccf2017_exit/labels.csv.gz' LEFT JOIN i USING (EID) LEFT JOIN p USING (EID)
  LEFT JOIN q USING (EID) LEFT JOIN b USING (EID) LEFT JOIN w USING (EID)
WHERE coalesce(i.n, p.n, q.n, b.n, w.n) IS NOT NULL ORDER BY EID
"""
_FUNDRAISING = """
WITH a AS (
  SELECT id, count(*) reports, max(ANCHEYEAR) last_year, max(STATE) state, max(FUNDAM) fund,
    max(EMPNUM) employees, max(EMPNUMSIGN) employees_shown, max(BUSSTNAME) business_state,
    max(COLGRANUM) graduates, max(COLEMPLNUM) graduates_hired, max(UNEEMPLNUM) laid_off_hired,
    max(RETEMPLNUM) veterans_hired, max(WEBSITSIGN) website, max(FORINVESTSIGN) invests,
    max(STOCKTRANSIGN) share_transfer, max(PUBSTATE) publication
  FROM '{d}/ccf2020_illegal_fundraising/annual_report_info.csv.gz' GROUP BY 1),
 t AS (
  SELECT id, count(*) tax_lines, count(DISTINCT TAX_CATEGORIES) tax_kinds, sum(TAX_AMOUNT) tax,
    max(TAX_AMOUNT) tax_largest, avg(TAX_RATE) tax_rate, sum(TAXATION_BASIS) tax_basis,
    sum(DEDUCTION) deduction, max(END_DATE) tax_last
  FROM '{d}/ccf2020_illegal_fundraising/tax_info.csv.gz' GROUP BY 1),
 n AS (
  SELECT id, count(*) news, count(*) FILTER (positive_negtive = '消极') news_bad,
    count(*) FILTER (positive_negtive = '积极') news_good, max(public_date) news_last
  FROM '{d}/ccf2020_illegal_fundraising/news_info.csv.gz' GROUP BY 1),
 o AS (SELECT id, max(legal_judgment_num) judgements, max(brand_num) brands, max(patent_num) patents
       FROM '{d}/ccf2020_illegal_fundraising/other_info.csv.gz' GROUP BY 1)
SELECT {extra} l.label, a.* EXCLUDE id, t.* EXCLUDE id, n.* EXCLUDE id, o.* EXCLUDE id
FROM '{d}/ccf2020_illegal_fundraising/labels.csv.gz' l LEFT JOIN a USING (id) LEFT JOIN t USING (id)
  LEFT JOIN n USING (id) LEFT JOIN o USING (id) ORDER BY l.id
"""
_REGISTRY = """
WITH r AS (SELECT DISTINCT ON (企业名称) * FROM '{d}/beijing_registry/registry_1990_2003.csv.gz'),
 b AS (SELECT DISTINCT trim(企业名称) name FROM '{d}/beijing_open/经营异常企业信息.csv.gz')
SELECT 注册日期 registered_on, 企业类型 firm_type, 地区 district, 注册资金 capital_text,
  try_cast(regexp_extract(注册资金, '[0-9.]+') AS DOUBLE) capital,
  length(经营范围) scope_length, length(注册地址) address_length, length(企业名称) label_length,
  len(string_split(经营范围, '；')) scope_parts, (经营范围 LIKE '%销售%')::int sells,
  (经营范围 LIKE '%咨询%')::int advises, (经营范围 LIKE '%技术%')::int technical,
  (经营范围 LIKE '%餐%')::int catering, (经营范围 LIKE '%制造%')::int makes,
  (经营范围 LIKE '%许可%')::int licensed, (企业名称 LIKE '%分公司%')::int branch,
  (企业名称 LIKE '%公司%')::int company, (企业名称 LIKE '%科%')::int science,
  (企业名称 LIKE '%商贸%')::int trade, regexp_matches(注册地址, '[0-9]+(室|层)')::int office,
  (注册地址 LIKE '%村%')::int village, substr(统一社会信用代码, 1, 2) code_kind,
  (b.name IS NOT NULL)::int abnormal
FROM r LEFT JOIN b ON b.name = r.企业名称 ORDER BY 企业名称
"""
_AFTERWARDS = ("LoanNr_ChkDgt", "Name", "Term", "ChgOffDate", "ChgOffPrinGr")
SETS = (
    RealSet("cumcm2020c", "bad", "1", _INVOICES, folds=10),
    RealSet("polish-5year", "bankrupt", "1", "SELECT * FROM '{d}/polish_bankruptcy/5year.csv.gz'"),
    RealSet("ccf2020-fundraising", "label", "1", _FUNDRAISING),
    RealSet("ccf2017-exit", "exited", "1", _EXIT),
    RealSet(
        "sba-22k",
        "MIS_Status",
        "CHGOFF",
        "SELECT * FROM '{d}/sba/sba_national_22k_oldest70.csv.gz'",
        _AFTERWARDS,
    ),
    RealSet(
        "sba-22k-time",
        "MIS_Status",
        "CHGOFF",
        "SELECT * FROM '{d}/sba/sba_national_22k_oldest70.csv.gz'",
        (*_AFTERWARDS, "ApprovalFY", "DisbursementDate"),
        time="ApprovalDate",
    ),
    RealSet(
        "sba-200k",
        "Approve",
        "0",
        "SELECT * FROM '{d}/sba/sba_national_engineered_200k.csv.gz'",
        ("Term",),
    ),
    RealSet("beijing-abnormal", "abnormal", "1", _REGISTRY),
)


def write(real: RealSet, data: Path, folder: Path, extra: str = "") -> Path:
    """Build one table from the real files and return its path."""
    out = folder / f"{real.name}.csv.gz"
    query = real.query.format(d=data, extra=extra)
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(f"COPY ({query}) TO '{out}' (HEADER, COMPRESSION gzip)")
    return out
