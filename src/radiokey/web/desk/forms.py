"""The forms on a request at the desk, read into typed values."""

import re
from typing import Annotated, Final

import msgspec

from radiokey.base.requests.message import LENGTH_MAX
from radiokey.base.requests.reasons import Reason
from radiokey.base.requests.request import Check, Fee
from radiokey.digits import parse_digits
from radiokey.errors import UsageError
from radiokey.language.speech import gettext
from radiokey.web.http.forms import Answer, Short
from radiokey.web.staff.page import StaffForm

_ACTS_MAX: Final = 9_999
_AMOUNT: Final = re.compile(r"([0-9]{1,7})(?:[.,]([0-9]{1,2}))?")
_Message = Annotated[str, msgspec.Meta(max_length=4 * LENGTH_MAX)]


class SeenForm(StaffForm, frozen=True, kw_only=True):
    """A form on a request: the number of the act that its page showed."""

    seen: Short = ""
    passkey: Answer = ""

    @property
    def act(self) -> int:
        """That number; raise `UsageError` where it is none."""
        says = gettext("this form does not say what it has seen")
        return parse_digits(self.seen, _ACTS_MAX, least=1, says=says, hint=gettext("open the request again"))


class WordsForm(SeenForm, frozen=True, kw_only=True):
    """A text: for the requester, or for the clerk who is to check again."""

    text: _Message = ""


class VinForm(SeenForm, frozen=True, kw_only=True):
    """The VIN that was read at the car."""

    vin: Short = ""


class FeeForm(SeenForm, frozen=True, kw_only=True):
    """What it costs."""

    amount: Short = ""
    currency: Short = ""

    @property
    def fee(self) -> Fee:
        """The fee in cents of what was typed, like 12, 12.5 or 12,50; raise `UsageError`."""
        typed = _AMOUNT.fullmatch(self.amount.strip())
        if typed is None:
            raise UsageError(
                gettext("a fee is an amount with at most two decimals"), hint=gettext("like 12.50")
            )
        cents = int(typed[1]) * 100 + int((typed[2] or "").ljust(2, "0"))
        return Fee(cents, self.currency.strip().upper())


class CheckForm(SeenForm, frozen=True, kw_only=True, rename="kebab"):
    """The check list."""

    number_on_photo: Short = ""
    stolen_list: Short = ""
    vin_of_unit: Short = ""

    @property
    def ticks(self) -> frozenset[Check]:
        """What is ticked."""
        return frozenset(tick for tick in Check if getattr(self, tick.replace("-", "_")))


class RefuseForm(SeenForm, frozen=True, kw_only=True):
    """A reason of the closed list."""

    reason: Short = ""

    @property
    def chosen(self) -> Reason:
        """That reason; raise `UsageError` where none was chosen."""
        try:
            return Reason(self.reason)
        except ValueError:
            raise UsageError(
                gettext("a refusal has a reason of the list"), hint=gettext("choose what the owner reads")
            ) from None
