"""The labels of secrets: words such as `password` in many languages and in the names of variables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from rnnchat.text.notes.secrets.searchable_text import SearchableText

Family = Literal["password", "key", "plain key", "number"]


# Each family holds words that may occur inside a longer one (`dbPassword`, `WLAN-Passwort`), and words that
# may not, since they are parts of ordinary words (`compass`, `mapping`).
_PASSWORD_WITHIN = """
    password passwort passwd passwrd passwor kennwort passphrase pass-phrase pass_phrase passcode
    passwoord passwörter passwoerter wachtwoord contraseña contrasena contrasenya palavra-passe
    palavra_passe palavrapasse lösenord losenord adgangskode passord salasana jelszó jelszo
    zugangsdaten lozinka parolă пароль пароля паролем паролі парола лозинка κωδικός συνθηματικό 密码
    密碼 口令 通行证 パスワード パスフレーズ 暗証番号 合言葉 비밀번호 비번 패스워드 암호 şifre סיסמה
    סיסמא كلمة_المرور كلمة_السر पासवर्ड รหัสผ่าน mật_khẩu kata_sandi
"""
_PASSWORD_ALONE = """
    pass passw geheimwort geheimnis losungswort code_wifi code_wi-fi wifi_code wlan_code pw pwd psw
    pswd pword pwort psk wpa wpa2 wpa-psk wpa_psk wpa-key mdp mot_de_passe mots_de_passe motdepasse
    phrase_de_passe phrase_secrète code_secret clave clave_de_acceso parola parola_d'ordine
    parola_chiave senha palavra_passe frase_de_contraseña frase_segreta hasło haslo heslo geslo
    sifre parolası passphrases wlan-schlüssel netzwerkschlüssel network_key security_key wifi_key
    wi-fi_key wlan_key wpa_key wep_key clé_wifi clé_wi-fi clé_wpa clave_wifi clave_wi-fi chiave_wifi
    master-kennwort
"""
_KEY_WITHIN = """
    secret api_key apikey api-key api-schlüssel access_key accesskey access-key secret_key secretkey
    secret-key private_key privatekey private-key auth_key authkey auth-key account_key accountkey
    shared_key sharedaccesskey sharedsecret encryption_key encryption-key encryptionkey signing_key
    signing-key signingkey master_key master-key masterkey recovery_key recovery-key recoverykey
    license_key licence_key license-key licence-key licensekey product_key product-key productkey
    activation_key activation_code activationcode lizenzschlüssel produktschlüssel seriennummer
    clé_de_licence clé_de_produit clave_de_producto service_key host_key deploy_key integration_key
    routing_key write_key read_key app_key appkey application_key token credential bearer jwt
    session_id sessionid phpsessid jsessionid connect.sid session_key sessionkey webhook clé_api
    clé_d'api clave_api clave_de_api clave_secreta clé_secrète chiave_api chiave_segreta chave_api
    chave_secreta chave_de_api api-sleutel geheim_schlüssel geheimer_schlüssel privater_schlüssel
    zugriffstoken zugangstoken jeton ключ токен секрет 密钥 密鑰 令牌 秘钥 私钥 私鑰 apiキー 秘密鍵
    シークレット トークン アクセスキー ライセンスキー シリアル 시크릿 토큰 api_키 비밀키 개인키
"""
_KEY_ALONE = "key keys auth authorization pat serial schlüssel clé chiave chave llave 鍵 キー 키"
_PIN = """
    pin pins pin-code pincode pin-nummer pinnummer geheimzahl puk puk1 puk2 tan cvv cvc cvv2 cvc2
    pruefziffer kartenprüfnummer security_code sicherheitscode code_de_sécurité door_code gate_code
    alarm_code garage_code entry_code access_code safe_code lock_code keypad_code lockbox_code
    voicemail_code building_code unlock_code zugangscode türcode tuercode haustürcode alarmcode
    tresorcode safecode code_pin code_confidentiel code_d'entrée code_porte code_de_la_porte
    code_alarme digicode número_secreto código_secreto código_pin código_de_acceso codice_segreto
    codice_pin código_de_segurança código_de_seguridad toegangscode kod_pin kod_dostępu пин пин-код
    пинкод пін-код код_домофона код_доступа код_сейфа verification_code bestätigungscode otp sim-pin
    parental_pin alarm garage lockbox keypad gate tresor haustür combination zahlenkombination
    passcode one-time_code one_time_code 暗証番号 pinコード 핀번호 핀
"""


@dataclass(frozen=True)
class Label:
    """A word that names a secret, and its line (from 0) and offsets in a text."""

    line: int
    start: int
    end: int
    word: str
    """The word in lower case."""
    family: Family
    """What kind of value follows it."""


def kind_of(label: Label) -> str:
    """Return in plain words what kind of secret a label names."""
    if label.family == "number":
        return "PIN or code"
    if label.family == "password":
        return "password"
    if "licen" in label.word or "product" in label.word:
        return "licence key"
    return "secret key" if "secret" in label.word or "private" in label.word else "key or token"


def find_labels(source: SearchableText) -> Iterator[Label]:
    """Yield every label of a text, in order."""
    text, past = source.text, 0
    for start, longest in source.trigger_matches:
        word = next((word for word in source.prefixes_of(longest) if word in _FAMILIES), None)
        if word is None or start < past:
            continue
        family, alone = _FAMILIES[word]
        end = start + len(word)
        if alone and not (_begins(text, start) and _ends(text, end)):
            continue
        past = end
        if start and text[start - 1] == "1" and word == "password":
            continue  # the program 1Password
        yield Label(source.line_at(start), start, end, word, family)


def _begins(text: str, start: int) -> bool:
    """Return whether a word begins at `start`: after no letter, or as `Pass` in `dbPass`."""
    if start == 0 or not text[start - 1].isalpha() or not text[start].isascii():
        return True
    return text[start - 1].islower() and text[start].isupper()


def _ends(text: str, end: int) -> bool:
    if end >= len(text) or not text[end].isalpha() or not text[end - 1].isascii():
        return True
    return (text[end - 1].islower() and text[end].isupper()) or not text[end].isascii()


def _families() -> dict[str, tuple[Family, bool]]:
    """Return the family of each word in each way to write it, and whether it must be a word of its own."""
    listed: tuple[tuple[str, Family, bool], ...] = (
        (_KEY_ALONE, "plain key", True),
        (_KEY_WITHIN, "key", False),
        (_PIN, "number", True),
        (_PASSWORD_ALONE, "password", True),
        (_PASSWORD_WITHIN, "password", False),
    )
    return {
        written: (family, alone)
        for words, family, alone in listed
        for word in words.split()
        for written in _ways_to_write(word)
    }


def _ways_to_write(word: str) -> Iterator[str]:
    """Yield a word with each gap written as a blank, as a sign and as nothing."""
    for gap in (" ", "_", "-", ".", "") if _GAP.search(word) else ("",):
        yield _GAP.sub(gap, word)


_GAP = re.compile(r"[_.-]")
_FAMILIES = _families()
TRIGGERS = tuple(_FAMILIES)
