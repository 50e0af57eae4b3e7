"""Tests of a single value: is it a placeholder, code, a common word, a likely password, random characters?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

# Words that name a secret, its owner or its place; a value made only of them is a placeholder.
_GENERIC = frozenset(
    """a abc access account actual add admin administrator an and any anon api app apikey application auth
    aws azure bar base baz basic bearer blah bot bucket ci client cloud code config cookie credential
    credentials cred creds ctl data database databasepassword db demo dev development django docker
    dummy env example fake field file foo foobar for form from gen generated get github gitlab google
    goes guest hash header here hex hidden id in input insecure insert is it jwt key keys ldap local
    localhost login long mail me mongo mongodb my myapp mypass mypassword mysecret mysql name new not
    oauth of old openai or our own parameter parameters params pass passphrase passwd password passwords
    passwort pg php placeholder postgres postgresql prefix private prod production project public put pw
    pwd pypi rails random read redacted redis replace required reset role root sample secret secrets
    secure sensitive server service session set sha signature site slack some something spec staging
    store str string suffix super svc system target temp test tester testing testpass testuser text that
    the their this to todo token tokens tool top type updated user userid username users value values
    var variable with word write www xyz your yours change changeme changeit default postgrespassword
    rootpassword super base64 uuid aqui dein deine ici ihr ihre mein meine meu minha mon sua tu votre
    contraseña senha kennwort""".split()
)
_PIECES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+")
_PLACEHOLDER = re.compile(
    r"""(?ix)
    \.\.\. | … | ^[.*_#x•·●?\-=+0/\\|~]+$ | x{4,} | \*{3,} | •{2,} | _{4,}
    | ^<[^<>]*>?$ | ^\[[^\[\]]*\]$ | ^\{[^{}]*\}$ | \{\{ | \$\{ | \$\( | ^\$[a-z_]\w*$ | ^%[\w.]+%?$
    | ^%\{ | ^@@
    | ^\#\{ | ^\\\( | <%
    | your[-_ ]? | example(?!\.\w) | placeholder | change[-_ ]?(?:me|it|this)
    | replace[-_ ]?(?:me|this|with)
    | redacted | insert[-_ ] | [-_ ]here$ | ^here\b | ^(?:some|any|enter|choose|type)[-_ ] | \bgoes[-_ ]here
    | process\.env | os\.(?:environ|getenv) | getenv | \benv[.\[(:] | ^env: | secrets?\.[a-z_]
    | ^(?:vault|op|ssm|keyring):
    | ^(?:self|this|ctx|config|settings|args|params|options|request|user|event|data)[.\[]
    """
)
_SEQUENCE = re.compile(
    r"^(?:0?12345\d*|abc(?:123)?|abc(?:123)?(?:def|efg)\w*|abcd\w*|qwerty?|asdf|987654\d*)\W*$", re.I
)
_CODE = re.compile(
    r"""(?x)
    ^[A-Za-z_$@&*!]*[A-Za-z_][\w.:>$-]*(?:\(|\[) | ^[a-z_]\w*(?:(?:\.|::|->)[A-Za-z_]\w*)+[;,]?$
    | ^(?:[A-Z][A-Za-z]+)(?:(?:\.|::)[A-Za-z_]\w*)+$ | ^:[a-z_]\w*$ | ^[({\[&|>]
    | ^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$
    | ^[-=!~]*[=>]+$ | ^[a-z]+(?:_[a-z]+)+$ | ^[a-z]+(?:[A-Z][a-z]+)+$ | ^f["'] | [({\[]$ | ^\$
    | ^@[a-z_]\w*$ | ^/[\w/.-]*$
    | ^\.{0,2}/ | ^~/ | ^https?://
    | ^\w+\.(?:txt|json|ya?ml|md|py|js|ts|rb|html?|pem|key|env|cfg|conf|ini)\b | ^// | ^\\
    """
)
_TECHNICAL = re.compile(
    r"""(?ix)^(?:sha-?\d+|md5|utf-?\d+|base-?\d+|oauth-?\d?|pbkdf2|argon2\w*|b?scrypt\w*|x\.?509|ipv?\d|http/?\d[\d.]*|[erph]s\d{3}
    |aes-?\d*[\w-]{0,8}|rsa-?\d*|ed25519|p-?256|v\d[\w.]{0,7}|\d+(?:st|nd|rd|th|x|px|%|s|ms|m|h|d|kb|mb
    |gb|k|am|pm|min|days?|hours?|chars?
    |bits?|bytes?|characters)|s3|ec2|k8s|k3s|1password\w*|2fa|u2f|fido2|web2|python\d?[\d.]*|php\d|vim\d
    |h[1-6]|varchar\d*|int\d*|uint\d*
    |i18n|l10n|a11y|passwor[dt]\d?|level\d|step\d|\d+-\w+|mp[34]|cp\d+|iso-?\d+.*|wpa[23]?(?:-\w+)?
    |\d+[./]\d+.*|\d{4}-\d\d-\d\d.*)$"""
)
_COMMON_WORDS = frozenset(
    """required optional string text varchar char integer int number bool boolean none null nil true false
    yes no on off hidden unknown forgotten secret secrets password passwords passwd changed expired same
    empty blank invalid incorrect wrong right encrypted hashed protected disabled enabled set unset
    reset varies whatever todo tbd here there below above ask see default user users root admin input
    field value values undefined any anything something nothing everything readonly sensitive binary
    bytes str object array function void self this that these those write read none unchanged generated
    random strong weak long short missing needed mandatory private public plain plaintext clear masked
    stored saved secure insecure safe pending confirm confirmation login logout signup username email
    e-mail name type description label title placeholder example examples sample manager managers
    management authentication authorization authorisation policy policies protection recovery security
    hashing encryption generator storage reset resets change update create delete first second last next
    new old one two three four five six again also always never maybe please remember note notes warning
    error failed failure success fail pass passed failing ok okay done ready available unavailable and
    or not but if then else when the an with without from for into only just keep use used using enter
    type choose make try test testing tests optionally usually probably certainly obviously simply once
    twice both either neither each other others good bad better best worst easy hard simple complex
    important necessary unnecessary erforderlich pflicht pflichtfeld unbekannt vergessen geheim keine
    keins kein nicht siehe oben unten ändern geändert gesetzt leer gleich falsch richtig standard
    abgelaufen nein ja fehlt notwendig optionaler geschützt requis obligatoire aucun aucune oublié
    oubliée inconnu inconnue voir vide masqué secret changé oui non ci-dessous requerida requerido
    obligatoria obligatorio ninguna ninguno olvidada incorrecta
    incorrecto correcta segura secreta larga desconocida desconocido ver vacía oculta sí
    obbligatoria obbligatorio nessuna nessuno dimenticata sconosciuta vedi vuota richiesta obrigatória
    obrigatório nenhuma nenhum esquecida desconhecida vazia sim não alterada verplicht onbekend vergeten
    geen zie leeg wymagane nieznane brak zapomniane обязательно обязателен неизвестен неизвестно нет
    забыл забыла забыт пустой смотри см тот же изменён сменить обов'язково невідомо немає забув""".split()
)
_FUNCTION_WORDS = frozenset(
    """the and that this with from have has had was were are for not but you your they them his her she him
    its our out what when where which who whom whose will would could should can may might must shall
    been being than then there these those into onto upon about over under between because while after
    before also just only some any all each more most very such every month months day days week weeks
    year years see ask use used using try per how why get set let see like via both required stored
    saved reset changed sent given found und der die das ein eine ist nicht mit von les des une est pour
    dans que los las una del con por per che della""".split()
)
_SYMBOLS = frozenset("!@#$%^&*+?=~§€£")
_HEXADECIMAL = re.compile(r"(?:0x)?[0-9a-fA-F]+\Z")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
_NO_PASSWORD = re.compile(r"[\d.:-]+[a-z]{0,3}|[\w.-]+\.[a-z]{2,4}|.*(?:=|://|->).*", re.IGNORECASE)


def is_placeholder(value: str) -> bool:
    """Return whether a value only marks where a secret goes: `your-key`, `$TOKEN`, `xxxx`, `changeme`."""
    value = value.strip()
    if not value or _PLACEHOLDER.search(value[:300]) or _SEQUENCE.match(value[:300]):
        return True
    if len(value) > 4 and len(set(value)) <= 2:
        return True
    pieces = list(_pieces(value))
    return (
        bool(pieces) and len(value) < 60 and _few_digits(value) and all(piece in _GENERIC for piece in pieces)
    )


def is_code(value: str) -> bool:
    """Return whether an unquoted value is an expression of a programming language, a path or an address."""
    return _CODE.search(value[:300]) is not None


def is_plausible(value: str) -> bool:
    """Return whether a value may be a secret: it is no placeholder, no code and no common word."""
    return not (is_placeholder(value) or is_code(value) or is_common_word(value))


def is_technical(value: str) -> bool:
    """Return whether a value is the name of a format, a version or an amount, such as SHA256 or 12px."""
    return _TECHNICAL.match(value[:100]) is not None


def is_common_word(value: str) -> bool:
    """Return whether a value is a word that describes a field, not its value: required, string, unbekannt."""
    return value.lower().strip(".,;:!?()") in _COMMON_WORDS


def is_function_word(value: str) -> bool:
    """Return whether a value is a word that makes a sentence of others: the, with, must."""
    return value.lower() in _FUNCTION_WORDS


def has_rare_sign(value: str) -> bool:
    """Return whether a value has letters, a digit, and a sign that is rare outside passwords."""
    signs = any(c in "!#$%^&*§€£@" for c in value) and not any(c in "=()[]{}/" for c in value)
    return signs and is_mixed(value, 6) and any(c.isdigit() for c in value)


def is_strong(value: str) -> bool:
    """Return whether a value has letters and digits, and signs or letters of both cases."""
    value = value.rstrip(".:")
    letters = [character for character in value if character.isalpha()]
    both = any(map(str.isupper, letters)) and any(map(str.islower, letters[1:]))
    signs = any(character in "!#$%^&*?§€£@~+" for character in value)
    return (
        len(value) >= 8
        and len(letters) >= 2
        and any(map(str.isdigit, value))
        and (both or signs)
        and _NO_PASSWORD.fullmatch(value) is None
        and not (is_technical(value) or is_code(value) or is_placeholder(value))
    )


def is_mixed(value: str, shortest: int = 5) -> bool:
    """Return whether a value looks chosen as a password: letters with digits, or with rare signs."""
    if len(value) < shortest or is_technical(value):
        return False
    letters = any(character.isalpha() for character in value)
    digits = any(character.isdigit() for character in value)
    signs = any(character in _SYMBOLS for character in value)
    return (letters and digits) or (signs and len(value) >= 7 and (letters or digits))


def is_word(value: str) -> bool:
    """Return whether a value is one word, or several joined by hyphens, that may serve as a password."""
    if not 4 <= len(value) <= 64 or is_common_word(value):
        return False
    if any("\u2e80" <= character <= "\u9fff" or "\uac00" <= character <= "\ud7af" for character in value):
        return False  # words of Chinese, Japanese or Korean are prose here, and no passwords
    return sum(character.isalpha() for character in value) >= 4 and not any(c.isspace() for c in value)


def is_random(value: str, shortest: int = 8) -> bool:
    """Return whether a value looks generated: a key or token, not a word."""
    if len(value) < shortest or is_technical(value) or value.startswith("arn:"):
        return False
    if _UUID.match(value):
        return True
    if _HEXADECIMAL.match(value):
        digits = sum(character.isdigit() for character in value)
        return len(value) >= 16 and (digits >= 2 or len(value) >= 32) and len(set(value)) > 5
    letters = sum(character.isalpha() for character in value)
    digits = sum(character.isdigit() for character in value)
    if digits >= 2 and letters >= 2 and len(set(value)) > 5:
        return True
    return len(value) >= 16 and _case_changes(value) >= max(6, len(value) // 4) and len(set(value)) > 9


def is_uuid(value: str) -> bool:
    """Return whether a value is a UUID."""
    return _UUID.match(value) is not None


def is_hexadecimal(value: str) -> bool:
    """Return whether a value is a hexadecimal number, as checksums are."""
    return _HEXADECIMAL.match(value) is not None


def _pieces(value: str) -> Iterator[str]:
    return (match.group().lower() for match in _PIECES.finditer(value[:100]))


def _few_digits(value: str) -> bool:
    return sum(character.isdigit() for character in value) <= 4 and not any(
        c in "!@#$%^&*+?" for c in value[:-1]
    )


def _case_changes(value: str) -> int:
    letters = [character.isupper() for character in value if character.isalpha()]
    return sum(one != other for one, other in pairwise(letters))
