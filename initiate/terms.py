"""The words of the social domain and of this site, each explained in one to three plain sentences.

They tell what a law is for, not what is in it this year: no amounts, no ages, no terms.
"""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Term:
    """One word with what it means; its key is its anchor, the same in every language."""

    key: str
    name: str | Promise
    text: str | Promise

    def get_absolute_url(self) -> str:
        return f"{reverse('glossary')}#{self.key}"


TERMS = (
    Term(
        "aandachtspunt",
        pgettext_lazy("glossary", "point"),
        _("One thing in the feedback that the team answers. The team tells what it does with it."),
    ),
    Term(
        "aanbod",
        pgettext_lazy("glossary", "offer"),
        _(
            "The help that you offer a team, with the button “I can help”. For example a contact, a place to "
            "test, knowledge or money."
        ),
    ),
    Term(
        "algemene-voorziening",
        pgettext_lazy("glossary", "general service"),
        _(
            "Help that you can use without the municipality looking into your situation first. For example a "
            "walk-in at the community centre. In Dutch: algemene voorziening."
        ),
    ),
    Term(
        "avg",
        pgettext_lazy("glossary", "GDPR"),
        _(
            "The European law about personal data. It says when an organisation may use details about people, "
            "and how. In Dutch: AVG, Algemene verordening gegevensbescherming."
        ),
    ),
    Term(
        "beschermd-wonen",
        pgettext_lazy("glossary", "sheltered living"),
        _(
            "Living in a place with guidance and supervision, for people who cannot live on their own because "
            "of psychological or social problems. In Dutch: beschermd wonen."
        ),
    ),
    Term(
        "beschikking",
        pgettext_lazy("glossary", "formal decision"),
        _(
            "A decision of the municipality about one person, in writing. For example: you get help in your "
            "household. In Dutch: beschikking."
        ),
    ),
    Term(
        "bezwaar",
        pgettext_lazy("glossary", "objection"),
        _(
            "You tell the municipality in writing that you do not agree with a decision. The municipality then "
            "looks at it again. In Dutch: bezwaar."
        ),
    ),
    Term(
        "bijstand",
        pgettext_lazy("glossary", "social assistance benefit"),
        _(
            "Money from the municipality for people who do not have enough to live on. It is arranged in the "
            "Participatiewet. In Dutch: bijstand."
        ),
    ),
    Term(
        "bsn",
        pgettext_lazy("glossary", "BSN"),
        _(
            "Burgerservicenummer: your own number in contact with the government. Never write a BSN on this "
            "site; a text with such a number is refused."
        ),
    ),
    Term(
        "challenge",
        pgettext_lazy("glossary", "challenge"),
        _(
            "A social question with an owner and a team. It goes on in stages, from an idea to something that "
            "people use."
        ),
    ),
    Term(
        "clientondersteuner",
        pgettext_lazy("glossary", "client supporter"),
        _(
            "Someone who helps you for free with questions about care and support, and can come along to a talk"
            " with the municipality. A client supporter stands beside you, not beside the municipality."
        ),
    ),
    Term(
        "dagbesteding",
        pgettext_lazy("glossary", "day activities"),
        _(
            "Activities with guidance during the day, away from home. They are for people for whom ordinary "
            "work or school does not go (yet). In Dutch: dagbesteding."
        ),
    ),
    Term(
        "eigen-bijdrage",
        pgettext_lazy("glossary", "own contribution"),
        _("The part of the cost of help or care that you pay yourself. In Dutch: eigen bijdrage."),
    ),
    Term(
        "ervaringsdeskundige",
        pgettext_lazy("glossary", "expert by experience"),
        _(
            "Someone who went through something, for example debts or an illness, and helps others with what "
            "was learned from it."
        ),
    ),
    Term(
        "fase",
        pgettext_lazy("glossary", "stage"),
        _(
            "Where a challenge stands, from idea to in use. A team goes to the next stage itself; a list says "
            "what is expected."
        ),
    ),
    Term(
        "feedback",
        pgettext_lazy("glossary", "feedback"),
        _(
            "What a member of the InnovatieKabinet tells a team about its challenge: what is good, what is "
            "missing, and who can help."
        ),
    ),
    Term(
        "gemeenschappelijke-regeling",
        pgettext_lazy("glossary", "joint arrangement"),
        _(
            "An agreement by which municipalities do a task together. Often they set up one organisation for "
            "it. In Dutch: gemeenschappelijke regeling."
        ),
    ),
    Term(
        "ggz",
        pgettext_lazy("glossary", "GGZ"),
        _("Geestelijke gezondheidszorg: care for people with psychological problems or an addiction."),
    ),
    Term(
        "indicatie",
        pgettext_lazy("glossary", "needs assessment"),
        _("The decision that someone needs a certain kind of care. In Dutch: indicatie."),
    ),
    Term(
        "inkoop",
        pgettext_lazy("glossary", "commissioning"),
        _(
            "The agreements of a municipality with organisations that give care and help: what they do, how "
            "well, and for which price. In Dutch: inkoop."
        ),
    ),
    Term(
        "innovatiekabinet",
        pgettext_lazy("glossary", "InnovatieKabinet"),
        _(
            "People from government, science and business who think along with teams and open doors. They do "
            "not hand out money. Their one question is what a challenge improves in the life of ordinary "
            "people."
        ),
    ),
    Term(
        "jeugdhulp",
        pgettext_lazy("glossary", "youth care"),
        _(
            "Help for children, young people and their parents, for example with growing up or with "
            "psychological problems. In Dutch: jeugdhulp."
        ),
    ),
    Term(
        "jeugdwet",
        pgettext_lazy("glossary", "Jeugdwet"),
        _("The Youth Act. It makes municipalities responsible for youth care."),
    ),
    Term(
        "keukentafelgesprek",
        pgettext_lazy("glossary", "kitchen table talk"),
        _(
            "The talk in which you and the municipality look at what you need, and what you can do yourself. It"
            " is often at your home. In Dutch: keukentafelgesprek."
        ),
    ),
    Term(
        "landelijk-portfolio-overleg",
        pgettext_lazy("glossary", "national portfolio meeting"),
        _("The meeting that chooses which pilots become available to all municipalities."),
    ),
    Term(
        "maatwerkvoorziening",
        pgettext_lazy("glossary", "tailored service"),
        _(
            "Help that the municipality fits to one person, after looking into the situation. For example a "
            "wheelchair or guidance. In Dutch: maatwerkvoorziening."
        ),
    ),
    Term(
        "mantelzorg",
        pgettext_lazy("glossary", "informal care"),
        _(
            "Care for someone who is close to you, for example your partner, parent or neighbour. It goes on "
            "for longer, and you are not paid as a professional. In Dutch: mantelzorg."
        ),
    ),
    Term(
        "melding",
        pgettext_lazy("glossary", "notice"),
        _(
            "Something new that concerns you. You read notices with the bell above each page, and by mail if "
            "you want that."
        ),
    ),
    Term(
        "moderator",
        pgettext_lazy("glossary", "moderator"),
        _(
            "Someone who looks after a region: lets members in, helps them on their way, and hides what should "
            "not be here."
        ),
    ),
    Term(
        "overzichtsmail",
        pgettext_lazy("glossary", "overview mail"),
        _("One mail with what is new for you. You choose how often it comes."),
    ),
    Term(
        "participatiewet",
        pgettext_lazy("glossary", "Participatiewet"),
        _(
            "The Participation Act. With it, municipalities pay social assistance benefits and help people to "
            "find work."
        ),
    ),
    Term(
        "persoonsgegevens",
        pgettext_lazy("glossary", "personal data"),
        _(
            "Details that say something about a person who can be recognised. A name or an address, but also a "
            "story that others recognise. In Dutch: persoonsgegevens."
        ),
    ),
    Term(
        "pgb",
        pgettext_lazy("glossary", "pgb"),
        _("Persoonsgebonden budget: an amount of money with which you choose and arrange your care yourself."),
    ),
    Term(
        "pilot",
        pgettext_lazy("glossary", "pilot"),
        _(
            "Several municipalities use a solution for a while in their daily work. That shows whether it works"
            " in more places."
        ),
    ),
    Term(
        "poh-ggz",
        pgettext_lazy("glossary", "POH-GGZ"),
        _(
            "Praktijkondersteuner huisarts GGZ: someone in the practice of the family doctor who helps people "
            "with psychological problems."
        ),
    ),
    Term(
        "prototype",
        pgettext_lazy("glossary", "prototype"),
        _(
            "A first, small version of a solution that you can show and test. It has a number, so that you see "
            "how it grew."
        ),
    ),
    Term(
        "re-integratie",
        pgettext_lazy("glossary", "reintegration"),
        _("Help to get back to work, for example after an illness or a time without a job. In Dutch: re-integratie."),
    ),
    Term(
        "regio",
        pgettext_lazy("glossary", "region"),
        _(
            "On this site: the people of a number of municipalities who work together. A municipality can be in"
            " several regions, or in none."
        ),
    ),
    Term(
        "schuldhulpverlening",
        pgettext_lazy("glossary", "debt help"),
        _(
            "Help from the municipality for people who cannot pay their debts. For example advice, or "
            "agreements with those who are owed money. In Dutch: schuldhulpverlening."
        ),
    ),
    Term(
        "sociaal-domein",
        pgettext_lazy("glossary", "social domain"),
        _("What municipalities do in youth care, support and care at home, work and income. In Dutch: sociaal domein."),
    ),
    Term(
        "sociaal-ondernemer",
        pgettext_lazy("glossary", "social entrepreneur"),
        _("Someone with a company that in the first place wants to improve something for people or society."),
    ),
    Term(
        "testronde",
        pgettext_lazy("glossary", "test round"),
        _(
            "One test of a prototype with real people. The team writes down what it saw and what residents "
            "said, without names."
        ),
    ),
    Term(
        "vroegsignalering",
        pgettext_lazy("glossary", "early signalling"),
        _(
            "Landlords, energy and water companies and health insurers tell the municipality when someone is "
            "behind with paying. The municipality can then offer help early. In Dutch: vroegsignalering."
        ),
    ),
    Term(
        "wijkteam",
        pgettext_lazy("glossary", "neighbourhood team"),
        _(
            "Professionals who help residents in their own neighbourhood, with questions about care, "
            "upbringing, money or living. In some places it has another name. In Dutch: wijkteam."
        ),
    ),
    Term(
        "wlz",
        pgettext_lazy("glossary", "Wlz"),
        _(
            "Wet langdurige zorg: the Long-term Care Act. It is for people who always need heavy care or "
            "someone nearby, for example in a nursing home."
        ),
    ),
    Term(
        "wmo",
        pgettext_lazy("glossary", "Wmo"),
        _(
            "Wet maatschappelijke ondersteuning: the Social Support Act. With it, municipalities help people to"
            " live at home and to take part in society."
        ),
    ),
    Term(
        "woo",
        pgettext_lazy("glossary", "Woo"),
        _(
            "Wet open overheid: the Open Government Act. Anyone can ask the government for its documents. Texts"
            " on this site can fall under it, closed ones too."
        ),
    ),
    Term(
        "zetel",
        pgettext_lazy("glossary", "seat"),
        _("A place in the InnovatieKabinet, for an agreed time."),
    ),
    Term(
        "zorgaanbieder",
        pgettext_lazy("glossary", "care provider"),
        _("An organisation or person whose work it is to give care or help. In Dutch: zorgaanbieder."),
    ),
    Term(
        "zvw",
        pgettext_lazy("glossary", "Zvw"),
        _(
            "Zorgverzekeringswet: the Health Insurance Act. It arranges the basic insurance for medical care, "
            "such as the family doctor and the hospital."
        ),
    ),
)
