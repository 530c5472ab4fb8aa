"""Invented interviews with invented people, in English and Japanese: an example full of personal data.

    python -m synth_handson.tables.interviews data/interviews.csv

Nobody in it exists. Numbers have valid check digits, as those of real people would.
"""

from __future__ import annotations

import random
import sys
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
from faker import Faker
from stdnum import luhn
from stdnum.jp import in_ as my_number

from synth_handson.tables.files.writing import write_table

ROWS = 600
SEED = 20261128
MADE_ON = date(2026, 11, 28)
"""Reference day for ages, so that the file is always the same."""
PLANS = {"basic": 0.5, "plus": 0.3, "premium": 0.2}
SHARE_JAPANESE = 0.5

OPENINGS = {
    "en": {
        "good": [
            "I am happy with the service, above all with {staff}.",
            "The app works well and the branch is close to my office.",
            "{staff} at the branch explained every fee to me.",
            "Transfers are fast now, and nobody sold me anything I did not want.",
        ],
        "bad": [
            "I waited for forty minutes and then {staff} sent me home.",
            "The app logs me out all the time, which is a nuisance.",
            "The fees went up twice within a year and nobody told me why.",
            "{staff} promised to call me back and never did.",
        ],
    },
    "ja": {
        "good": [
            "{staff}さんの説明がとても丁寧で、安心しました。",
            "アプリが使いやすく、支店も会社の近くにあります。",
            "窓口の{staff}さんが手数料のことを全部教えてくれました。",
            "振込が早くなり、余計な勧誘もありません。",
        ],
        "bad": [
            "四十分も待たされたのに、{staff}さんに帰るように言われました。",
            "アプリがすぐにログアウトしてしまい、困っています。",
            "一年に二度も手数料が上がり、理由の説明がありません。",
            "担当の{staff}さんから折り返しの電話がありませんでした。",
        ],
    },
}
DETAILS = {
    "en": [
        "You can reach me on {phone} after six.",
        "Please write to {email}, not to my old address.",
        "I moved to {address} last spring.",
        "My card {card} was charged twice.",
        "I was born on {birth_date}, so I should get the senior rate.",
        "The refund should go to {iban}.",
        "Somebody logged in from {ip} while I slept.",
        "My user name is {user_name}.",
        "I have no further wishes.",
        "Opening hours on Saturday would be nice.",
        "The coffee in the branch is good.",
        "I would recommend it to a friend.",
    ],
    "ja": [
        "連絡は{phone}にお願いします。",
        "メールは{email}に送ってください。",
        "春に{address}へ引っ越しました。",
        "カード番号{card}が二重に請求されていました。",
        "生年月日は{birth_date}です。",
        "マイナンバーの{my_number}を聞かれたのが気になりました。",
        "{ip}から知らないログインがありました。",
        "普通口座{bank_account}に返金してください。",
        "ほかに希望はありません。",
        "土曜日も開いていると助かります。",
        "支店のコーヒーがおいしいです。",
        "友人にも勧めたいと思います。",
    ],
}


def make_interviews(rows: int = ROWS, seed: int = SEED) -> pd.DataFrame:
    """Make a table of interviews.

    Satisfied and frequent visitors tend to renew; the text reflects how satisfied somebody is.

    Parameters
    ----------
    rows
        Number of interviews.
    seed
        The same seed and version of Faker give the same table.

    Returns
    -------
    DataFrame
        Columns id, name, email, phone, born, language, plan, visits, satisfaction, outcome and interview.
    """
    draw = random.Random(seed)
    fakers = {"en": Faker("en_US"), "ja": Faker("ja_JP")}
    for faker in fakers.values():
        faker.seed_instance(draw.getrandbits(64))
    return pd.DataFrame([_interview(number, draw, fakers) for number in range(1, rows + 1)])


def _interview(number: int, draw: random.Random, fakers: dict[str, Faker]) -> dict[str, object]:
    language = "ja" if draw.random() < SHARE_JAPANESE else "en"
    faker = fakers[language]
    plan = draw.choices(list(PLANS), list(PLANS.values()))[0]
    satisfaction = min(5, max(1, round(draw.gauss(3 + 0.5 * (plan != "basic"), 1.2))))
    visits = min(30, int(draw.expovariate(1 / (3 + 2 * satisfaction))))
    renews = draw.random() < 1 / (1 + 2.718 ** -(0.9 * (satisfaction - 3) + 0.08 * (visits - 8)))
    born = _birth_date(faker)
    return {
        "id": 10_000 + number,
        "name": faker.name(),
        "email": faker.email(),
        "phone": _phone(faker, language, draw),
        "born": pd.Timestamp(born),
        "language": language,
        "plan": plan,
        "visits": visits,
        "satisfaction": satisfaction,
        "outcome": "renewed" if renews else "left",
        "interview": _text(language, satisfaction, faker, draw),
    }


def _text(language: str, satisfaction: int, faker: Faker, draw: random.Random) -> str:
    mood = "good" if satisfaction + draw.choice([-1, 0, 0, 1]) >= 3 else "bad"
    body = "4" + "".join(draw.choices("0123456789", k=14))
    digits = "".join(draw.choices("123456789", k=11))
    day = _birth_date(faker)
    values = {
        "staff": faker.last_name() if language == "ja" else faker.name_female().split()[0],
        "phone": _phone(faker, language, draw),
        "email": faker.email(),
        "address": faker.address().replace("\n", ", "),
        "card": body + luhn.calc_check_digit(body),
        "birth_date": day.strftime("%Y年%m月%d日" if language == "ja" else "%B %d, %Y"),
        "iban": faker.iban(),
        "ip": faker.ipv4_public(),
        "user_name": f"{faker.user_name()}{draw.randrange(10, 99)}",
        "my_number": digits + my_number.calc_check_digit(digits),
        "bank_account": "".join(draw.choices("0123456789", k=7)),
    }
    sentences = [
        draw.choice(OPENINGS[language][mood]),
        *draw.sample(DETAILS[language], draw.choice([1, 2, 2, 3])),
    ]
    return ("" if language == "ja" else " ").join(sentences).format(**values)


def _birth_date(faker: Faker) -> date:
    """Draw who is 20 to 85 years old on `MADE_ON`: Faker's own counts from the day on which it is asked."""
    oldest, youngest = (MADE_ON.replace(year=MADE_ON.year - age) for age in (86, 20))
    born = faker.date_time_ad(start_datetime=oldest, end_datetime=youngest).date()
    # On the first day, one would turn 86.
    return max(born, oldest + timedelta(days=1))


def _phone(faker: Faker, language: str, draw: random.Random) -> str:
    if language == "en":
        return f"({draw.randrange(201, 990)}) 555-{draw.randrange(10_000):04}"
    return f"0{draw.choice([7, 8, 9])}0-{draw.randrange(1000, 9999)}-{draw.randrange(10_000):04}"


if __name__ == "__main__":
    write_table(make_interviews(), Path(sys.argv[1]), force=True)
