"""Sign in, sign up, sign out."""

from urllib.parse import urlsplit

from flask import Blueprint, flash, g, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from xinyidai.accounts import queries, service, session
from xinyidai.accounts.service import SignUp
from xinyidai.accounts.values import Position
from xinyidai.kernel import rate
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import own_transaction, transactional
from xinyidai.kernel.errors import InvalidInput, Unauthenticated
from xinyidai.web import kept_forms
from xinyidai.web.navigation import first_screen

TRIES_PER_MINUTE = 60
SIGNED_IN_ROLES = tuple(role for role in Role if role not in {Role.PUBLIC, Role.SYSTEM})
SIGN_UP_FIELDS = {
    "uscc": "请填写营业执照上的 18 位统一社会信用代码。",
    "enterprise_name": "请填写营业执照上的企业全称。",
    "legal_representative": "请填写营业执照上的法定代表人姓名。",
    "person_name": "请填写您的姓名。",
    "phone": "请填写 11 位手机号。",
    "login": "请填写登录名。",
    "password": "请设置密码。",
}
LONGEST = dict.fromkeys(SIGN_UP_FIELDS, 128) | {"login": 64}  # what the columns hold

blueprint = Blueprint("sign_in", __name__)


@blueprint.get("/sign-in")
@allow(Role.PUBLIC)
def form() -> ResponseReturnValue:
    """Show the form."""
    return _form("", {}, 200)


@blueprint.post("/sign-in")
@allow(Role.PUBLIC)
def enter() -> ResponseReturnValue:
    """Check the password; count failures also when the request is refused."""
    login = request.form.get("login", "").strip()
    rate.count(f"sign-in:{request.remote_addr}", limit=TRIES_PER_MINUTE, seconds=60)
    try:
        with own_transaction():
            account, token = service.sign_in(
                login, request.form.get("password", ""), str(request.user_agent)
            )
            actor = account.as_actor()
    except Unauthenticated as error:
        if error.code != "locked":
            with own_transaction():
                service.count_failure(login)
        return _form(login, {"login": error.message}, 422)
    response = make_response(_onward(actor))
    session.set_cookie(response, token)
    kept_forms.note_sender(actor)
    return response


def _onward(actor: Actor) -> ResponseReturnValue:
    """Go where the person wanted to go, or on with the form that he had sent too late."""
    target = _own_target(request.form.get("next", "")) or first_screen(actor)
    kept = request.form.get("kept", "")
    if not kept:
        return redirect(target)
    form = kept_forms.load(kept, actor)
    if form is None:
        flash("之前填写的内容没有带过来：它已超过 1 小时，或属于另一个账户。请重新填写。")
        return redirect(target)
    return render_template("auth/kept_form.html", form=form, home=target)


@blueprint.post("/sign-out")
@allow(*SIGNED_IN_ROLES)
@transactional
def leave() -> ResponseReturnValue:
    """End this session, or every session of the account."""
    if request.form.get("everywhere"):
        service.sign_out_everywhere(g.actor)
    else:
        service.sign_out(g.actor, g.session_token)
    flash("您已安全退出。")
    response = make_response(redirect("/"))
    session.clear_cookie(response)
    return response


@blueprint.get("/sign-up")
@allow(Role.PUBLIC)
def sign_up_form() -> ResponseReturnValue:
    """Show the registration form of enterprises."""
    return render_template("auth/sign_up.html", values={}, errors={})


@blueprint.post("/sign-up")
@allow(Role.PUBLIC)
def sign_up() -> ResponseReturnValue:
    """Register a firm's person after the real-name check, and sign in."""
    rate.count(f"sign-up:{request.remote_addr}", limit=TRIES_PER_MINUTE, seconds=60)
    values = {name: request.form.get(name, "").strip() for name in SIGN_UP_FIELDS}
    try:
        facts = _sign_up_facts(values)
        with own_transaction():
            service.sign_up_enterprise(facts)
        with own_transaction():
            account, token = service.sign_in(facts.login, facts.password, str(request.user_agent))
            actor = account.as_actor()
    except InvalidInput as error:
        errors = error.fields or {"uscc": error.message}
        kept = {name: value for name, value in values.items() if name != "password"}
        kept["position"] = request.form.get("position", "")
        return render_template("auth/sign_up.html", values=kept, errors=errors), 422
    flash("注册成功。下一步：选择银行并授权查询。")
    response = make_response(redirect(first_screen(actor)))
    session.set_cookie(response, token)
    kept_forms.note_sender(actor)
    return response


def _sign_up_facts(values: dict[str, str]) -> SignUp:
    missing = {name: advice for name, advice in SIGN_UP_FIELDS.items() if not values[name]}
    phone = values["phone"]
    if phone and not (phone.isascii() and phone.isdigit() and len(phone) == len("13800000000")):
        missing["phone"] = SIGN_UP_FIELDS["phone"]
    too_long = {
        name: "内容太长，请缩短。" for name, value in values.items() if len(value) > LONGEST[name]
    }
    if missing or too_long:
        raise InvalidInput("请补全信息。", fields={**too_long, **missing})
    position = request.form.get("position", "")
    if position not in {Position.LEGAL_REPRESENTATIVE, Position.AGENT}:
        raise InvalidInput("请补全信息。", fields={"position": "请选择您的身份。"})
    return SignUp(position=Position(position), **values)


def _form(login: str, errors: dict[str, str], status: int) -> ResponseReturnValue:
    page = render_template(
        "auth/sign_in.html",
        login=login,
        errors=errors,
        next=request.values.get("next", ""),
        kept=request.form.get("kept", ""),
        has_demo=bool(queries.list_demo()) if status == 200 else False,  # noqa: PLR2004
    )
    return page, status


def _own_target(target: str) -> str | None:
    """Accept only a path of this site as the place to go on to."""
    try:
        parts = urlsplit(target)
    except ValueError:  # «//[»: half an IPv6 address
        return None
    is_own = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.netloc
    return target if is_own else None
