"""The whole tree of what can go wrong, in the words of a person.

Each error carries a `slug` (a stable name for machines, documented in `docs/errors.md`), a sentence, a hint
that says what to do next, and the facts it speaks of. What an error means to a shell (exit code) or to a
browser (HTTP status) is decided in one table each, in `cli` and `web`; an error that is in no table is our
fault and says nothing.

`assert` is for our own mistakes; these are for the world's.
"""

from typing import ClassVar

Fact = str | int | bool


class RadiokeyError(Exception):
    """Root of the tree: a sentence, a hint, facts."""

    slug: ClassVar[str] = "error"

    def __init__(self, sentence: str, *, hint: str = "", **facts: Fact) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint
        self.facts = facts


# --- what came in is not what it should be ------------------------------------------------------------


class InputError(RadiokeyError):
    """Something a person or a file said does not have the shape it should have."""

    slug = "input"


class SerialError(InputError):
    """The text holds no serial number that we know the shape of."""

    slug = "serial"


class SerialDoubtError(SerialError):
    """The text can be read as more than one serial number; somebody has to look again."""

    slug = "serial-doubt"


class NotTheSerialError(SerialError):
    """The text is another number off the sticker: a part number, an approval number, a date."""

    slug = "not-the-serial"


class VinError(InputError):
    """The text is not a vehicle identification number."""

    slug = "vin"


class CodeShapeError(InputError):
    """The code cannot be a code of this model: wrong length or a character its panel cannot key."""

    slug = "code-shape"


class CatalogueError(InputError):
    """A catalogue file says something wrong, or says a thing without evidence."""

    slug = "catalogue"


class ReceiptError(InputError):
    """A receipt, a proof or a signature does not verify."""

    slug = "receipt"


class ExportError(InputError):
    """A copy of a log is not whole, not of this log, or not of the one that was signed before."""

    slug = "export"


class UnitExistsError(InputError):
    """The ledger knows a unit of that number already; what is in it stays as it is."""

    slug = "unit-exists"


class LinkError(InputError):
    """A signed link was changed, cut short or made by somebody else."""

    slug = "link"


class UpdateError(InputError):
    """A firmware repository is not as it should be; `attack` names what that would be."""

    slug = "update"


class PaperError(InputError):
    """A paper is not a PDF, JPEG, PNG or WebP that can be taken; the fact `reason` is of a closed list."""

    slug = "paper"


class VaultError(InputError):
    """A vault, or an entry of it, is not as it should be."""

    slug = "vault"


class VaultPassphraseError(VaultError):
    """The passphrase or the key does not open this vault."""

    slug = "vault-passphrase"


class VaultCutError(VaultError):
    """The file is not whole: it was cut short."""

    slug = "vault-cut"


class VaultChangedError(VaultError):
    """The file is not as it was written: something in it was changed."""

    slug = "vault-changed"


class VaultNewerError(VaultError):
    """The file is of a later version."""

    slug = "vault-newer"


class VaultForeignError(VaultError):
    """The file is something else: no age file, or one that holds no vault."""

    slug = "vault-foreign"


class VaultCostError(VaultError):
    """To open the file would cost more than anybody should pay; nothing was tried."""

    slug = "vault-cost"


class PhotoError(InputError):
    """A file is no photo that can be read; the fact `reason` is of a closed list."""

    slug = "photo"


# --- the caller used us wrongly -----------------------------------------------------------------------


class UsageError(RadiokeyError):
    """A command or a form was used in a way it does not offer."""

    slug = "usage"


class NotThereError(UsageError):
    """There is nothing of that name, or nothing of yours."""

    slug = "not-there"


class RequestReusedError(UsageError):
    """The id of an answered request came with another question."""

    slug = "request-reused"


class OwnershipNotStatedError(UsageError):
    """Nobody said that the radio is theirs."""

    slug = "ownership-not-stated"


class ModelNeededError(UsageError):
    """The serial fits several families, or one whose numbers look like another's: the model must be named."""

    slug = "model-needed"


class NameTakenError(UsageError):
    """The name is, or was, that of a person, a token or an organisation; a name is never given twice."""

    slug = "name-taken"


class ChangedMeanwhileError(UsageError):
    """Somebody else acted on the same thing first; what is shown is no longer what is so."""

    slug = "changed-meanwhile"


# --- there is no code to be had here ------------------------------------------------------------------


class NoCodeHereError(RadiokeyError):
    """No code can be given here; the official way is named instead."""

    slug = "no-code-here"


class NoDerivationError(NoCodeHereError):
    """No public derivation is known for this radio."""

    slug = "no-derivation"


class OutsideDomainError(NoCodeHereError):
    """The family is public, but this number lies where its derivation is undefined or in doubt."""

    slug = "outside-domain"


class MissingFactError(NoCodeHereError):
    """The catalogue does not know what is needed; the missing fact is named."""

    slug = "missing-fact"


# --- later ---------------------------------------------------------------------------------------------


class TryLaterError(RadiokeyError):
    """Right, but not now: a limit or a wait."""

    slug = "try-later"


class TooSlowError(TryLaterError):
    """What was sent came more slowly than anything is waited for."""

    slug = "too-slow"


class LimitReachedError(TryLaterError):
    """This client has had its releases for the day."""

    slug = "limit-reached"


# --- no ------------------------------------------------------------------------------------------------


class RefusedError(RadiokeyError):
    """The answer is no."""

    slug = "refused"


class StolenError(RefusedError):
    """The unit is on the stolen list."""

    slug = "stolen"


class PapersNeededError(RefusedError):
    """The number is shared by many radios and one of them is on the stolen list: papers decide."""

    slug = "papers-needed"


class NotReleasedError(RefusedError):
    """Number, car and model do not belong together, or are not known here; the error does not say which."""

    slug = "not-released"


class DeskNeededError(RefusedError):
    """A code of this number leaves through the desk alone: papers, and two people who look at them."""

    slug = "desk-needed"


class TokenError(RefusedError):
    """A token is needed and the one that came, if any, does not hold."""

    slug = "token"


class TokenInClearError(RefusedError):
    """A token came over a connection that others can read."""

    slug = "token-in-clear"


class NotAllowedError(RefusedError):
    """The caller may not do this."""

    slug = "not-allowed"


class AnotherPersonError(RefusedError):
    """This act on a request takes somebody else: who asks, who checks and who approves are three people."""

    slug = "another-person"


class SignInError(RefusedError):
    """A passkey or a recovery code did not sign anybody in; it does not say why."""

    slug = "sign-in"


class SignedOutError(RefusedError):
    """This page is for the staff, and nobody is signed in, or not recently enough."""

    slug = "signed-out"


class FormError(RefusedError):
    """A form came that this session did not give out."""

    slug = "form"


class OutOfBoundsError(RefusedError):
    """Never offered here: immobilisers, keys, master codes, dealer resets, chip readout, guessing."""

    slug = "out-of-bounds"


# --- our fault -----------------------------------------------------------------------------------------


class OurFaultError(RadiokeyError):
    """We cannot answer: a store, a log or a limiter failed. The answer is no."""

    slug = "our-fault"


class StoreError(OurFaultError):
    """The database could not be read or written."""

    slug = "store"


class StoreGoneError(StoreError):
    """The database server is away, or went away in the middle: whether a commit was kept is not known."""

    slug = "store-gone"


class DatabaseRightsError(StoreError):
    """The account at the database server may not do what the base needs; the hint says who grants it."""

    slug = "database-rights"


class DamagedRequestError(StoreError):
    """The database holds a request whose history cannot have been: nothing is done with it."""

    slug = "damaged-request"


class LogError(OurFaultError):
    """The log could not be written, or what is stored does not verify."""

    slug = "log"


class SealError(OurFaultError):
    """A code at rest does not open, or the key ring cannot be used."""

    slug = "seal"
