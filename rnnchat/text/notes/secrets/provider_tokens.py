"""Keys and tokens of known providers (`ghp_…`, `AKIA…`), recognised by their documented form."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rnnchat.text.notes.secrets.searchable_text import Finding, SearchableText
from rnnchat.text.notes.secrets.trie import as_pattern
from rnnchat.text.notes.secrets.values import is_placeholder

# Beginning and rest of each form. A beginning is fixed text; the rest is a pattern. Longer ones that share
# one with a shorter form need no line of their own.
_FORMS: tuple[tuple[str, str, str], ...] = (
    ("AWS access key", "AKIA ASIA ABIA ACCA AROA AIDA", r"[A-Z0-9]{16}(?![A-Za-z0-9])"),
    ("AWS access key", "ABSK bedrock-api-key-", r"[A-Za-z0-9+/=]{60,}"),
    ("Google API key", "AIza", r"[\w-]{35}"),
    ("Google OAuth secret", "GOCSPX-", r"[\w-]{24,}"),
    ("Google OAuth token", "ya29.", r"[\w-]{20,}"),
    ("Google OAuth token", "1//0", r"[\w-]{35,}"),
    ("GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_", r"\w{30,}"),
    ("GitHub token", "github_pat_", r"\w{22,}"),
    (
        "GitLab token",
        "glpat- gldt- glrt- glcbt- glptt- glft- glimt- glagent- gloas- glsoat- glffct- GR1348941",
        r"[\w.-]{20,}",
    ),
    ("Bitbucket token", "ATBB ATCTT3xFf ATATT3xFf ATOATT3 ATSTT3", r"[\w=.-]{24,}"),
    (
        "Slack token",
        "xoxa- xoxb- xoxe- xoxe.xox xoxo- xoxp- xoxr- xoxs- xoxc- xoxd- xapp- xwfp-",
        r"[\w.%/+-]{10,}",
    ),
    ("Discord token", "mfa.", r"[\w-]{60,}"),
    ("Stripe key", "sk_live_ sk_test_ rk_live_ rk_test_ sk_org_ rk_prod_ sk_prod_", r"\w{10,}"),
    ("webhook secret", "whsec_", r"[\w+/=]{20,}"),
    ("PayPal token", "access_token$production$ access_token$sandbox$", r"[\w$]{20,}"),
    ("Square token", "sq0atp- sq0csp- sq0idp-", r"[\w-]{22,}"),
    ("Square token", "EAAA EAAC EAAE EAAG EAAJ EAAI EAAD EAAB", r"(?=\w*[0-9])(?=\w*[a-z])[\w-]{30,}"),
    ("Instagram token", "IGQV IGQW IGAA", r"(?=\w*[0-9])[\w-]{40,}"),
    ("Twilio key", "AC SK", r"[0-9a-f]{32}(?![0-9A-Za-z])"),
    ("SendGrid key", "SG.", r"[\w-]{16,}\.[\w-]{16,}"),
    ("Mailgun key", "key-", r"[0-9a-f]{32}(?![0-9A-Za-z])"),
    ("Brevo key", "xkeysib- xsmtpsib-", r"[0-9a-f]{40,}[\w-]*"),
    ("Resend key", "re_", r"(?=\w*[0-9])(?=\w*[A-Z])[A-Za-z0-9]{6,10}_[A-Za-z0-9]{20,}"),
    ("Anthropic key", "sk-ant-", r"[\w-]{24,}"),
    (
        "OpenAI key",
        "sk-proj- sk-svcacct- sk-admin- sk-None- sk-or- sk-lf- sk-cp- sk-kimi- sk-service-",
        r"[\w-]{20,}",
    ),
    ("OpenAI key", "sk- sk_", r"(?=[a-z_-]{0,200}[0-9A-Z])(?=[\w-]*[0-9])(?!\w*-\w*-\w*-)[\w-]{28,}"),
    ("Hugging Face token", "hf_ api_org_", r"(?=\w*[A-Z])[A-Za-z0-9]{28,}"),
    ("Replicate token", "r8_", r"\w{30,}"),
    ("Groq key", "gsk_", r"\w{40,}"),
    ("xAI key", "xai-", r"\w{60,}"),
    ("Perplexity key", "pplx-", r"\w{32,}"),
    ("Cohere key", "co_", r"(?=\w*[0-9])(?=\w*[A-Z])[A-Za-z0-9]{36,}"),
    ("Fireworks key", "fw_ fw-", r"(?=\w*[0-9])(?=\w*[A-Z])[A-Za-z0-9]{22,}"),
    ("Tavily key", "tvly-", r"[\w-]{20,}"),
    ("Pinecone key", "pcsk_", r"\w{40,}"),
    ("LangSmith key", "lsv2_pt_ lsv2_sk_ ls__", r"[0-9a-f]{32}\w*"),
    ("NVIDIA key", "nvapi-", r"[\w-]{40,}"),
    ("Jina key", "jina_", r"\w{40,}"),
    ("Voyage key", "pa-", r"(?=[\w-]*[0-9])(?=[\w-]*[A-Z])[\w-]{40,}"),
    ("npm token", "npm_", r"[A-Za-z0-9]{30,}"),
    ("PyPI token", "pypi-", r"(?=[\w-]*[A-Z])(?=[\w-]*[0-9])[\w-]{40,}"),
    ("RubyGems key", "rubygems_", r"[0-9a-f]{40,}"),
    ("Docker token", "dckr_pat_ dckr_oat_", r"[\w-]{20,}"),
    ("crates.io token", "cio", r"(?=\w*[0-9])(?=\w*[A-Z])[A-Za-z0-9]{32}(?![A-Za-z0-9])"),
    ("NuGet key", "oy2", r"[a-z0-9]{43}(?![A-Za-z0-9])"),
    ("Clojars token", "CLOJARS_", r"\w{40,}"),
    ("Packagist token", "packagist_", r"\w{40,}"),
    ("JFrog token", "AKCp", r"[A-Za-z0-9]{60,}"),
    ("JFrog token", "cmVmdGtuOjAxOj", r"[A-Za-z0-9]{40,}"),
    ("Heroku key", "HRKU-", r"[\w-]{30,}"),
    ("DigitalOcean token", "dop_v1_ doo_v1_ dor_v1_", r"[0-9a-f]{40,}"),
    ("Linode token", "lin_", r"[0-9a-f]{50,}"),
    ("Scaleway key", "SCW", r"[A-Z0-9]{17}(?![A-Za-z0-9])"),
    ("Scalingo token", "tk-us-", r"[\w-]{40,}"),
    ("Fly.io token", "fo1_", r"[\w-]{40,}"),
    ("Fly.io token", "fm1r_ fm1a_ fm2_", r"[\w+/=]{40,}"),
    ("Render key", "rnd_", r"(?=\w*[0-9])\w{28,}"),
    ("Netlify token", "nfp_ nfc_ nfo_ nfu_", r"\w{28,}"),
    ("Vercel token", "vcp_ vci_ vca_ vcr_ vck_ vercel_blob_rw_", r"\w{20,}"),
    ("Supabase key", "sbp_ sb_secret_ sbp_oauth_ sbp_v0_", r"[\w-]{20,}"),
    ("PlanetScale key", "pscale_tkn_ pscale_pw_ pscale_oauth_", r"[\w.-]{30,}"),
    ("Neon key", "napi_", r"\w{40,}"),
    ("Databricks token", "dapi doseb dkea", r"[0-9a-f]{32}(?:-\d)?(?![0-9A-Za-z])"),
    ("Doppler token", "dp.pt. dp.st. dp.ct. dp.scim. dp.audit. dp.sa. dp.said.", r"[\w.-]{36,}"),
    ("Vault token", "hvs. hvb. hvr.", r"[\w-]{20,}"),
    ("Vault token", "s.", r"(?=[A-Za-z]*[0-9])(?=\w*[A-Z])(?=\w*[a-z])[A-Za-z0-9]{24}(?![\w.(/-])"),
    ("Pulumi token", "pul-", r"[0-9a-f]{40}"),
    ("Grafana token", "glc_ glsa_", r"[\w+/=-]{30,}"),
    ("Grafana key", "eyJrIjoi", r"[\w+/=-]{50,}"),
    ("New Relic key", "NRAK- NRJS- NRII- NRRA- NRAA- NRSP-", r"[\w-]{18,}"),
    ("Sentry token", "sntrys_ sntryu_ sntrya_ sntryi_", r"[\w+/=-]{40,}"),
    ("PagerDuty key", "pdus+_0XBPWQQ_ u+", r"[\w+-]{18}(?![\w+-])"),
    ("Honeycomb key", "hcaik_ hcalk_ hcxik_ hcxlk_ hcamk_", r"\w{40,}"),
    ("Dynatrace token", "dt0c01. dt0s01. dt0s16. dt0s08.", r"[A-Z0-9]{20,}(?:\.[A-Z0-9]{30,})?"),
    ("Datadog key", "ddp_ ddapp_ DDAK", r"\w{30,}"),
    ("Shopify token", "shpat_ shpca_ shppa_ shpss_ shpua_ shptka_ shcat_", r"[0-9a-zA-Z]{32,}"),
    ("Airtable token", "pat", r"[A-Za-z0-9]{14}\.[0-9a-f]{50,}"),
    ("Notion token", "secret_", r"(?=\w*[0-9])(?=\w*[A-Z])[A-Za-z0-9]{40,}"),
    ("Notion token", "ntn_", r"\w{40,}"),
    ("Linear key", "lin_api_ lin_oauth_ lin_wh_", r"\w{32,}"),
    ("ClickUp token", "pk_", r"[0-9]{5,}_[A-Z0-9]{32}"),
    ("Asana token", "0/ 1/ 2/", r"[0-9]{8,}(?:/[0-9]{8,})?:[0-9a-f]{32}"),
    ("Dropbox token", "sl.", r"(?=[\w-]*[0-9])(?=[\w.-]*[A-Z])[\w.-]{60,}"),
    ("Figma token", "figd_ figo_ figor_ figoh_ figdr_", r"[\w-]{30,}"),
    ("Mapbox token", "sk.eyJ tk.eyJ pk.eyJ", r"[\w-]{30,}\.[\w-]{15,}"),
    ("Twitter token", "AAAAAAAAAAAAAAAAAAAA", r"(?=[\w%]*[a-z])(?=[\w%]*[0-9])[\w%-]{50,}"),
    ("Twitch token", "oauth:", r"[a-z0-9]{30}(?![A-Za-z0-9])"),
    ("Firebase key", "AAAA", r"[\w-]{7}:[\w-]{120,}"),
    ("LinkedIn token", "AQV AQX AQW WPL_AP1.", r"(?=[\w-]*[0-9])(?=[\w-]*[a-z])[\w.=+/-]{60,}"),
    ("Postman key", "PMAK- PMAT-", r"[\w-]{20,}"),
    ("Typeform token", "tfp_", r"[\w-]{40,}"),
    ("Shippo token", "shippo_live_ shippo_test_", r"[0-9a-f]{40}"),
    ("EasyPost key", "EZAK EZTK", r"[A-Za-z0-9]{54}"),
    ("Duffel token", "duffel_live_ duffel_test_", r"[\w=-]{40,}"),
    ("Flutterwave key", "FLWSECK- FLWSECK_TEST- FLWPUBK-", r"[\w-]{12,}"),
    ("Razorpay key", "rzp_live_ rzp_test_", r"\w{14,}"),
    ("Plaid token", "access-production- access-sandbox- access-development-", r"[0-9a-f-]{36}"),
    (
        "GoCardless token",
        "live_ test_ sandbox_",
        r"(?=[\w-]*[0-9])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[A-Za-z0-9-]{35,}",
    ),
    ("Lob key", "live_pub_ live_", r"[0-9a-f]{35,}"),
    ("Contentful token", "CFPAT-", r"[\w-]{40,}"),
    ("Prefect key", "pnu_ pnb_", r"\w{36}"),
    ("Buildkite token", "bkua_ bkaj_ bkt_", r"[0-9a-f]{40}"),
    ("CircleCI token", "CCIPAT_ CCIPRJ_", r"\w{22}_\w{40}"),
    ("Sonar token", "squ_ sqp_ sqa_ squ-", r"[0-9a-f]{40}"),
    ("Snyk token", "snyk_", r"[\w.-]{30,}"),
    ("Readme key", "rdme_", r"\w{60,}"),
    ("Infracost key", "ico-", r"[A-Za-z0-9]{32}"),
    ("HubSpot token", "pat-na1- pat-eu1- pat-na2- pat-ap1- pat-na3-", r"[0-9a-f-]{36}"),
    ("LaunchDarkly key", "sdk- api- mob-", r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
    ("Pushbullet token", "o.", r"(?=\w*[0-9])(?=\w*[A-Z])[A-Za-z0-9]{32}(?![\w.(/-])"),
    ("1Password secret key", "A3-", r"[A-Z0-9]{6}-(?:[A-Z0-9]{5,6}-){4,5}[A-Z0-9]{5}"),
    ("1Password token", "ops_eyJ", r"[\w=-]{40,}"),
    ("Tailscale key", "tskey-", r"(?:(?:auth|api|client|scim|webhook)-)?[\w-]{16,}"),
    (
        "ngrok token",
        "2",
        r"(?=\w*[0-9][A-Za-z])(?=\w*[A-Z])[A-Za-z0-9]{26}_[A-Za-z0-9]{18,24}(?![A-Za-z0-9])",
    ),
    ("ngrok token", "ak_ cr_", r"2[A-Za-z0-9]{26}"),
    ("Cloudflare key", "v1.0-", r"[0-9a-f]{20,}-[0-9a-f]{80,}"),
    ("Cloudflare key", "cfk_ cfat_ cfut_ eyJhIjoi", r"[\w+/=-]{36,}"),
    ("Atlassian token", "ATATT3 ATCTT3", r"[\w=.-]{40,}"),
    ("Alibaba Cloud key", "LTAI", r"(?=\w*[0-9])[A-Za-z0-9]{12,20}(?![A-Za-z0-9])"),
    ("Tencent Cloud key", "AKID", r"(?=\w*[0-9])[A-Za-z0-9]{28,32}(?![A-Za-z0-9])"),
    ("Yandex key", "AQVN YCAJE", r"[\w-]{20,}"),
    ("Yandex token", "y0_AgA y0_ t1.", r"(?=[\w-]*[0-9])(?=[\w-]*[A-Z])[\w-]{40,}"),
    ("Octopus key", "API-", r"(?=[A-Z]*[0-9])[A-Z0-9]{25,}"),
    ("OpenShift token", "sha256~", r"[\w-]{43}"),
    ("Artifactory token", "AP", r"(?=[A-Za-z]*[0-9])[A-Za-z0-9]{60,}"),
    ("Elastic key", "essu_", r"[\w=+/]{40,}"),
    ("Zapier webhook", "hooks.zapier.com/hooks/catch/", r"[0-9]+/\w+"),
    ("age secret key", "AGE-SECRET-KEY-1 AGE-PLUGIN- age-secret-key-1", r"[0-9A-Za-z-]{20,}"),
    ("OpenSSH private key", "b3BlbnNzaC1rZXktdjE", r"[A-Za-z0-9+/=]*"),
    ("Nostr private key", "nsec1", r"[02-9ac-hj-np-z]{58}"),
    ("wallet private key", "xprv yprv zprv tprv uprv vprv", r"[1-9A-HJ-NP-Za-km-z]{100,}"),
    ("wallet private key", "6P", r"(?=[A-Za-z]*[0-9])(?=\w*[a-z])[1-9A-HJ-NP-Za-km-z]{56}(?![A-Za-z0-9])"),
    ("web token", "eyJ", r"[\w-]{8,}\.eyJ[\w-]{4,}\.[\w-]{6,}"),
    ("web token", "eyJ", r"[\w-]{10,}\.[\w-]{0,400}\.[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}"),
    ("minisign key", "RWRTY0I", r"[A-Za-z0-9+/=]{60,}"),
)
# Forms that do not begin with fixed text: a part that is always in them, and the whole.
_SHAPES: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("Telegram bot token", ":A", re.compile(r"(?<![\w:])(?:bot)?[0-9]{8,10}:A[\w-]{32,35}(?![\w-])")),
    (
        "Discord token",
        ".",
        re.compile(r"(?<![\w.-])[MNO][A-Za-z0-9_-]{23,27}\.[\w-]{6}\.[\w-]{27,40}(?![\w-])"),
    ),
    ("Mailchimp key", "-us", re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{32}-us[0-9]{1,2}(?![0-9A-Za-z])")),
    ("Terraform token", ".atlasv1.", re.compile(r"[A-Za-z0-9]{10,20}\.atlasv1\.[\w-]{50,}")),
    ("Azure client secret", "Q~", re.compile(r"(?<![\w~.-])[\w~.-]{3}[0-9]Q~[\w~.-]{31,34}(?![\w~.-])")),
    ("Azure DevOps token", "AZDO", re.compile(r"(?<!\w)[A-Za-z0-9]{70,80}AZDO[A-Za-z0-9]{4}(?!\w)")),
    (
        "Azure key",
        "+A",
        re.compile(
            r"(?<![\w+/])[A-Za-z0-9+/]{33,80}\+(?:ASt|ACDb|AEh|AIoT|ARm|AMC)[A-Za-z0-9+/]{5,10}={0,2}"
        ),
    ),
    (
        "webhook URL",
        "hooks.slack.com/",
        re.compile(r"hooks\.slack\.com/(?:services|workflows|triggers)/[\w/+-]{20,}"),
    ),
    (
        "webhook URL",
        "/api/webhooks/",
        re.compile(r"discord(?:app)?\.com/api/webhooks/[0-9]{10,}/[\w-]{20,}"),
    ),
    (
        "webhook URL",
        "webhook.office.com",
        re.compile(r"webhook\.office\.com/webhookb2/[\w@-]{36,}/\w+/[\w/-]{20,}"),
    ),
    (
        "webhook URL",
        "oapi.dingtalk.com",
        re.compile(r"oapi\.dingtalk\.com/robot/send\?access_token=[0-9a-f]{32,}"),
    ),
    ("webhook URL", "/open-apis/bot/", re.compile(r"/open-apis/bot/v2/hook/[0-9a-f-]{30,}")),
    (
        "webhook URL",
        "maker.ifttt.com",
        re.compile(r"maker\.ifttt\.com/trigger/[^\s/]{1,80}(?:/json)?/with/key/[\w-]{10,}"),
    ),
    (
        "webhook URL",
        "chat.googleapis.com",
        re.compile(r"chat\.googleapis\.com/v1/spaces/[\w-]+/messages\?key=[\w-]+&token=[\w%-]+"),
    ),
    ("Sentry URL", ".ingest", re.compile(r"://[0-9a-f]{32}(?::[0-9a-f]{32})?@[\w.-]{1,80}/[0-9]+")),
    (
        "Sentry URL",
        "sentry",
        re.compile(r"://[0-9a-f]{32}(?::[0-9a-f]{32})?@[\w.-]{0,80}sentry[\w.-]{0,80}/[0-9]+"),
    ),
    (
        "Okta token",
        "00",
        re.compile(r"(?<![\w-])00(?=[\w-]{0,39}[a-z])(?=[\w-]{0,39}[A-Z])[\w-]{40}(?![\w-])"),
    ),
    ("Salesforce token", "!", re.compile(r"(?<!\w)00D[A-Za-z0-9]{12,15}![A-Za-z0-9._]{80,}")),
    (
        "wallet private key",
        "",
        re.compile(
            r"(?<![\w+/=.-])(?:5[HJK][1-9A-HJ-NP-Za-km-z]{49}|[KLc][1-9A-HJ-NP-Za-km-z]{51}"
            r"|9[1-9A-HJ-NP-Za-km-z]{50})(?![\w+/=-])"
        ),
    ),
    ("two-factor secret", "otpauth", re.compile(r"otpauth(?:-migration)?://\S{8,}")),
)
TRIGGERS = ("otpauth", "hooks.zapier.com/hooks", "q~")
_AWS_SECRET = re.compile(r"[\s>*`-]*[A-Za-z0-9+/]{40}[\s`]*")
_LONG = re.compile(r"[A-Za-z0-9_=+-]{18,}")


def _compiled() -> dict[str, tuple[tuple[str, re.Pattern[str]], ...]]:
    """Return the forms that may occur where a beginning does: its own, and those of its own beginnings."""
    own: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for kind, beginnings, rest in _FORMS:
        for beginning in beginnings.split():
            before = "[A-Za-z0-9]" if len(beginning) >= 6 or beginning.endswith("_") else "[A-Za-z0-9_./+-]"
            pattern = re.compile(rf"(?<!{before}){re.escape(beginning)}{rest}", re.ASCII)
            own.setdefault(beginning, []).append((kind, pattern))
    return {
        beginning: tuple(form for other in own if beginning.startswith(other) for form in own[other])
        for beginning in own
    }


_FORMS_OF = _compiled()
_BEGINNING = re.compile(rf"(?<![A-Za-z0-9])(?=({as_pattern(_FORMS_OF)}))")


def find(source: SearchableText) -> Iterator[Finding]:
    """Yield the lines that hold a key or token of a documented form."""
    for line in source.lines_matching(_LONG):
        kind = kind_of(source.lines[line])
        if kind is not None:
            yield Finding(line, line, kind)
        below = source.next_nonblank_line(line) if kind == "AWS access key" else None
        if below is not None and _AWS_SECRET.fullmatch(source.lines[below]):
            yield Finding(below, below, "AWS secret key")
    for line in source.lines_with(TRIGGERS):
        kind = kind_of(source.lines[line])
        if kind is not None:
            yield Finding(line, line, kind)


def kind_of(line: str) -> str | None:
    """Return the kind of the first key or token of a documented form in a line."""
    for start in _BEGINNING.finditer(line):
        for kind, pattern in _FORMS_OF[start[1]]:
            match = pattern.match(line, start.start())
            if match and not _only_example(match.group(), start[1]):
                return kind
    for kind, part, pattern in _SHAPES:
        if part in line and any(not _only_example(match.group(), "") for match in pattern.finditer(line)):
            return kind
    return None


def _only_example(token: str, beginning: str) -> bool:
    """Return whether a token only shows its form: `ghp_xxxxxxxx`."""
    rest = token[len(beginning) :] if token.startswith(beginning) else token
    return len(set(rest)) <= 4 or (not beginning.startswith("AKIA") and is_placeholder(rest))
