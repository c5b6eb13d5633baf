"""Forms of grants: the terms, the filter of the list, a reason, how the institution takes part, a request."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from ingestion.aws.grants import CONTENTS
from ingestion.pipeline.expected import EXPECTABLE
from ingestion.web.sentences import in_words_lazy
from portal.accounts.models import Institution
from portal.dashboard.forms import DateInput, Narrowing, TiedForm
from portal.dashboard.grants import CONTENT_WORDS
from portal.dashboard.naming import NAMED_BESIDE_ALL, Known, named, names_more, offer, parted, ticked, typed
from sharing.access_log import GIVEN, RECEIVED
from sharing.models import AccessRequest, Grant
from sharing.services.directory import MOST_WANTED, MOST_WORDS
from sharing.services.inviting import MOST_NAME
from sharing.states import Condition, State
from sharing.terms import MOST_PURPOSE, Terms

ALL, SOME = "all", "some"
DIRECTIONS = [("", _("Any")), (GIVEN, _("Given to others")), (RECEIVED, _("Received from others"))]


class GrantForm(TiedForm):
    """The terms of a grant."""

    places = {"funds": "others"}
    recipient = forms.ChoiceField(label=_("To whom"), error_messages={"required": _("Say to whom.")})
    scope = forms.ChoiceField(
        label=_("Of which funds"),
        widget=forms.RadioSelect,
        choices=[(SOME, _("Only these funds")), (ALL, _("All funds, also those that are delivered later"))],
        initial=SOME,
    )
    funds = ticked(_("Funds"))
    others = typed(
        _("Other funds"),
        _(
            "One identifier a line, as it stands in the files. A file with several funds is handed on only "
            "if every one of them is granted."
        ),
    )
    templates = forms.MultipleChoiceField(
        label=_("Templates"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(name, capfirst(in_words_lazy(title))) for name, title in EXPECTABLE.items()],
        help_text=_("None chosen: all of them."),
    )
    contents = forms.MultipleChoiceField(
        label=_("What is handed on"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=list(CONTENT_WORDS.items()),
        initial=list(CONTENTS),
    )
    condition = forms.ChoiceField(
        label=_("Which deliveries"),
        widget=forms.RadioSelect,
        choices=Condition.choices,
        initial=Condition.STOOD_BY,
    )
    must_pass = forms.BooleanField(
        label=_("And only those that pass the other institution’s rulebook too"),
        required=False,
        help_text=_(
            "It publishes the rulebook that its partners’ deliveries must pass, and you can read it. As long "
            "as it has published none, nothing is handed on."
        ),
    )
    valuations_from = forms.DateField(
        label=_("First valuation date"),
        widget=DateInput,
        required=False,
        help_text=_("Empty: earlier deliveries are handed on too."),
    )
    ends_on = forms.DateField(
        label=_("Last day of the grant"),
        widget=DateInput,
        required=False,
        help_text=_("In UTC. After it every copy is deleted. Empty: until you revoke it."),
    )
    purpose = forms.CharField(
        label=_("What the data is for"),
        max_length=MOST_PURPOSE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The other institution reads it before it accepts."),
        error_messages={"required": _("Say what the data is for.")},
    )

    def __init__(self, *args: Any, known: Known, recipients: list[Institution], **more: Any) -> None:
        super().__init__(*args, **more)
        offer(self.fields["funds"], known)
        if "recipient" in self.fields:
            nobody = [("", _("Choose an institution"))] if len(recipients) > 1 else []  # none by accident
            choices = [*nobody, *((one.code, one.name) for one in recipients)]
            self.fields["recipient"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        chosen = named(cleaned.get("funds", ()), cleaned.get("others", ""))
        cleaned["wanted"] = [] if cleaned.get("scope") == ALL else chosen
        if cleaned.get("scope") == SOME and not cleaned["wanted"]:
            self.add_error("others", _("Choose at least one fund, or grant all of them."))
        if cleaned.get("scope") == ALL and names_more(self, "funds", "others"):
            self.add_error("others", NAMED_BESIDE_ALL)
        return cleaned

    def terms(self) -> Terms:
        """What the service takes."""
        of = self.cleaned_data
        return Terms(
            funds=tuple(of["wanted"]),
            templates=tuple(of["templates"]),
            contents=tuple(of["contents"]),
            condition=of["condition"],
            purpose=of["purpose"],
            valuations_from=of["valuations_from"],
            ends_on=of["ends_on"],
            must_pass=of["must_pass"],
        )


class InvitationForm(GrantForm):
    """The same for an institution that is not on board."""

    recipient = None  # type: ignore[assignment]  # Django's way to leave out a field
    name = forms.CharField(
        label=_("Name of the institution"),
        max_length=MOST_NAME,
        error_messages={"required": _("Say what the institution is called.")},
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        error_messages={
            "required": _("Say which address the letter goes to."),
            "invalid": _("This is not an e-mail address. It looks like name@example.com."),
        },
        help_text=_(
            "Who there looks after this. A letter goes out that names your institution, not the data."
        ),
    )
    lei = forms.CharField(
        label=_("LEI"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("If you know it. The operators of Fundgate see the name and the LEI, nothing else."),
    )

    def __init__(self, *args: Any, known: Known, **more: Any) -> None:
        super().__init__(*args, known=known, recipients=[], **more)


def as_stands(grant: Grant, known: Known) -> dict[str, Any]:
    """What the form shows of a draft."""
    funds, others = parted(grant.funds, known)
    return {
        "recipient": grant.recipient.code,
        "scope": SOME if grant.funds else ALL,
        "funds": funds,
        "others": others,
    } | {
        name: getattr(grant, name)
        for name in (
            *("templates", "contents", "condition", "must_pass"),
            *("valuations_from", "ends_on", "purpose"),
        )
    }


def as_asked(request: AccessRequest) -> dict[str, Any]:
    """What the form shows of a request: the words of whoever asks."""
    return {"recipient": request.asker.code, "purpose": request.purpose}


class GrantFilter(Narrowing):
    """Narrows the list of grants."""

    direction = forms.ChoiceField(label=_("Direction"), choices=DIRECTIONS)
    state = forms.ChoiceField(label=_("State"), choices=[("", _("Any")), *State.choices])


class ReasonForm(TiedForm):
    """Why a grant is declined, suspended or ended."""

    reason = forms.CharField(
        label=_("Why?"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The other institution reads it too."),
        error_messages={"required": _("Say in a few words why; the other institution reads it too.")},
    )


class ProfileForm(TiedForm):
    """How the institution takes part in the exchange."""

    listed = forms.BooleanField(
        label=_("Others find us in the directory"),
        required=False,
        help_text=_("Name, LEI and kind are shown to every institution on Fundgate, and they can ask you."),
    )
    lei = forms.CharField(
        label=_("LEI"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    needs_second = forms.BooleanField(
        label=_("A grant takes two administrators"),
        required=False,
        help_text=_("One writes the draft, another one offers it. It counts for drafts from now on."),
    )


class AccessForm(TiedForm):
    """What an institution would like to receive, and what for."""

    wanted = forms.CharField(
        label=_("What would you like to receive?"),
        max_length=MOST_WANTED,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Funds with their ISIN and the templates, in your own words."),
        error_messages={"required": _("Name the funds and the templates.")},
    )
    purpose = forms.CharField(
        label=_("What is it for?"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say what the data is for.")},
    )
