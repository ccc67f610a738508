"""The fixed lists of the products slice."""

from enum import StrEnum


class ProductKind(StrEnum):
    """What sort of financing a product is, 产品类型."""

    CREDIT_LOAN = "credit_loan"  # 信用贷
    MORTGAGE_LOAN = "mortgage_loan"  # 抵押贷
    PLEDGE_LOAN = "pledge_loan"  # 质押贷
    GUARANTEED_LOAN = "guaranteed_loan"  # 保证贷
    IP_PLEDGE_LOAN = "ip_pledge_loan"  # 知识产权质押贷
    POLICY_LOAN = "policy_loan"  # 政策性贷款
    MICRO_LOAN = "micro_loan"  # 小微经营贷
    AGRICULTURE_LOAN = "agriculture_loan"  # 涉农贷
    RECEIVABLES = "receivables"  # 应收账款融资
    SUPPLY_CHAIN = "supply_chain"  # 供应链融资
    BILL = "bill"  # 票据业务
    GUARANTEE_LETTER = "guarantee_letter"  # 保函
    ENTRUSTED_LOAN = "entrusted_loan"  # 委托贷款
    WORKING_CAPITAL = "working_capital"  # 流动资金贷款
    PROCUREMENT_LOAN = "procurement_loan"  # 政采贷
    TECH_LOAN = "tech_loan"  # 科技贷
    SPECIALISED_LOAN = "specialised_loan"  # 专精特新贷
    GREEN_LOAN = "green_loan"  # 绿色贷
    FIRST_LOAN = "first_loan"  # 首贷
    RENEWAL_LOAN = "renewal_loan"  # 续贷，含无还本续贷
    FACTORING = "factoring"  # 保理
    CREDIT_INSURANCE = "credit_insurance"  # 信用保险、贷款保证保险


class GuaranteeKind(StrEnum):
    """What secures the loan, 担保方式."""

    CREDIT = "credit"  # 信用
    GUARANTY = "guaranty"  # 保证
    MORTGAGE = "mortgage"  # 抵押
    PLEDGE = "pledge"  # 质押
    IP_PLEDGE = "ip_pledge"  # 知识产权质押
    RECEIVABLES_PLEDGE = "receivables_pledge"  # 应收账款质押
    DEPOSIT = "deposit"  # 保证金
    COMBINED = "combined"  # 组合担保
    NEGOTIABLE = "negotiable"  # 协商确定


class RepaymentMethod(StrEnum):
    """How the loan is paid back, 还款方式."""

    EQUAL_INSTALMENTS = "equal_instalments"  # 等额本息
    EQUAL_PRINCIPAL = "equal_principal"  # 等额本金
    INTEREST_FIRST = "interest_first"  # 按期付息、到期还本
    LUMP_SUM = "lump_sum"  # 到期一次还本付息
    REVOLVING = "revolving"  # 随借随还
    NEGOTIABLE = "negotiable"  # 协商确定


class ProductVersionState(StrEnum):
    """State of a product version, 产品版本状态."""

    DRAFT = "draft"  # 草稿
    UNDER_REVIEW = "under_review"  # 待审核
    LISTED = "listed"  # 已上架
    DELISTED = "delisted"  # 已下架
    DISCARDED = "discarded"  # 已作废


class ProductAction(StrEnum):
    """What is done to a product version."""

    DRAFT = "product:draft"  # 新建
    UPDATE = "product:update"  # 修改草稿
    SUBMIT = "product:submit"  # 提交审核
    WITHDRAW = "product:withdraw"  # 撤回提交
    DISCARD = "product:discard"  # 作废草稿
    RETURN = "product:return"  # 退回修改
    LIST = "product:list"  # 上架
    DELIST = "product:delist"  # 下架
    REVISE = "product:revise"  # 另起新版本
    EXEMPLIFY = "product:exemplify"  # 写样例
    SHADOW = "product:shadow"  # 试运行


class TargetGroup(StrEnum):
    """Whom a product is made for, 适用人群; each stands for a criterion, see `terms`."""

    SMALL_AND_MICRO = "small_and_micro"  # 小微企业
    MEDIUM = "medium"  # 中型企业
    INDIVIDUAL = "individual"  # 个体工商户
    COOPERATIVE = "cooperative"  # 农民专业合作社
    COMPANY = "company"  # 公司
    HIGH_TECH = "high_tech"  # 国家高新技术企业
    TECH_SME = "tech_sme"  # 科技型中小企业
    SPECIALISED_NEW = "specialised_new"  # 专精特新企业
    LITTLE_GIANT = "little_giant"  # 专精特新“小巨人”
    INNOVATIVE_SME = "innovative_sme"  # 创新型中小企业
    FIRST_LOAN = "first_loan"  # 首贷户
    AGRICULTURE = "agriculture"  # 涉农企业
    IP_OWNER = "ip_owner"  # 拥有知识产权的企业


class Outcome(StrEnum):
    """What one criterion, or a whole product, says about a firm, 准入结论."""

    ELIGIBLE = "eligible"  # 符合
    INSUFFICIENT = "insufficient"  # 数据不足
    INELIGIBLE = "ineligible"  # 不符合


class ShadowSide(StrEnum):
    """Under which version alone a product was open to a firm."""

    GAINED = "gained"  # 新增
    LOST = "lost"  # 减少


class EnterpriseKind(StrEnum):
    """Legal form as far as products ask for it, 主体类型."""

    COMPANY = "company"  # 公司
    INDIVIDUAL = "individual"  # 个体工商户
    COOPERATIVE = "cooperative"  # 农民专业合作社
    PARTNERSHIP = "partnership"  # 合伙、个人独资企业
    OTHER = "other"  # 其他


PRODUCT_KIND_NAMES: dict[ProductKind, str] = {
    ProductKind.CREDIT_LOAN: "信用贷",
    ProductKind.MORTGAGE_LOAN: "抵押贷",
    ProductKind.PLEDGE_LOAN: "质押贷",
    ProductKind.GUARANTEED_LOAN: "保证贷",
    ProductKind.IP_PLEDGE_LOAN: "知识产权质押贷",
    ProductKind.POLICY_LOAN: "政策性贷款",
    ProductKind.MICRO_LOAN: "小微经营贷",
    ProductKind.AGRICULTURE_LOAN: "涉农贷",
    ProductKind.RECEIVABLES: "应收账款融资",
    ProductKind.SUPPLY_CHAIN: "供应链融资",
    ProductKind.BILL: "票据业务",
    ProductKind.GUARANTEE_LETTER: "保函",
    ProductKind.ENTRUSTED_LOAN: "委托贷款",
    ProductKind.WORKING_CAPITAL: "流动资金贷款",
    ProductKind.PROCUREMENT_LOAN: "政采贷",
    ProductKind.TECH_LOAN: "科技贷",
    ProductKind.SPECIALISED_LOAN: "专精特新贷",
    ProductKind.GREEN_LOAN: "绿色贷",
    ProductKind.FIRST_LOAN: "首贷",
    ProductKind.RENEWAL_LOAN: "续贷",
    ProductKind.FACTORING: "保理",
    ProductKind.CREDIT_INSURANCE: "信用保险",
}
GUARANTEE_NAMES: dict[GuaranteeKind, str] = {
    GuaranteeKind.CREDIT: "信用",
    GuaranteeKind.GUARANTY: "保证",
    GuaranteeKind.MORTGAGE: "抵押",
    GuaranteeKind.PLEDGE: "质押",
    GuaranteeKind.IP_PLEDGE: "知识产权质押",
    GuaranteeKind.RECEIVABLES_PLEDGE: "应收账款质押",
    GuaranteeKind.DEPOSIT: "保证金",
    GuaranteeKind.COMBINED: "组合担保",
    GuaranteeKind.NEGOTIABLE: "协商确定",
}
REPAYMENT_NAMES: dict[RepaymentMethod, str] = {
    RepaymentMethod.EQUAL_INSTALMENTS: "等额本息",
    RepaymentMethod.EQUAL_PRINCIPAL: "等额本金",
    RepaymentMethod.INTEREST_FIRST: "按期付息、到期还本",
    RepaymentMethod.LUMP_SUM: "到期一次还本付息",
    RepaymentMethod.REVOLVING: "随借随还",
    RepaymentMethod.NEGOTIABLE: "协商确定",
}
PRODUCT_STATE_NAMES: dict[ProductVersionState, str] = {
    ProductVersionState.DRAFT: "草稿",
    ProductVersionState.UNDER_REVIEW: "待审核",
    ProductVersionState.LISTED: "已上架",
    ProductVersionState.DELISTED: "已下架",
    ProductVersionState.DISCARDED: "已作废",
}
TARGET_GROUP_NAMES: dict[TargetGroup, str] = {
    TargetGroup.SMALL_AND_MICRO: "小微企业",
    TargetGroup.MEDIUM: "中型企业",
    TargetGroup.INDIVIDUAL: "个体工商户",
    TargetGroup.COOPERATIVE: "农民专业合作社",
    TargetGroup.COMPANY: "公司",
    TargetGroup.HIGH_TECH: "国家高新技术企业",
    TargetGroup.TECH_SME: "科技型中小企业",
    TargetGroup.SPECIALISED_NEW: "专精特新企业",
    TargetGroup.LITTLE_GIANT: "专精特新“小巨人”企业",
    TargetGroup.INNOVATIVE_SME: "创新型中小企业",
    TargetGroup.FIRST_LOAN: "首贷户",
    TargetGroup.AGRICULTURE: "涉农企业",
    TargetGroup.IP_OWNER: "拥有知识产权的企业",
}
OUTCOME_NAMES: dict[Outcome, str] = {
    Outcome.ELIGIBLE: "符合",
    Outcome.INSUFFICIENT: "数据不足",
    Outcome.INELIGIBLE: "不符合",
}
ENTERPRISE_KIND_NAMES: dict[EnterpriseKind, str] = {
    EnterpriseKind.COMPANY: "公司",
    EnterpriseKind.INDIVIDUAL: "个体工商户",
    EnterpriseKind.COOPERATIVE: "农民专业合作社",
    EnterpriseKind.PARTNERSHIP: "合伙或个人独资企业",
    EnterpriseKind.OTHER: "其他",
}
