"""How text spells dates and times of day: the formats that are found, and what is read and written in them.

A format is one of ``strptime``, with what the C library's ``strftime`` adds: ``%-d`` without a zero in
front, ``%^b`` in capitals, ``%P`` for am and pm in small letters, and of Japanese eras ``%EC`` (令和),
``%Ey`` (the year of the era) and ``%EY`` (令和元年). ``%Eg`` and ``%En`` are an era's letter and number
(R and 5). ``%B{fr_FR}`` is the month in a language of `synth_handson.tables.months`, ``%p{ja}`` 午前 or 午後,
``%-d{er}`` the day, the first of a month as 1er, ``%Y{BE}`` the year of the Buddhist era, ``%-I{0}`` an
hour of half a day from 0 to 11, ``%-d{th}`` the day as 1st, ``%f{3}`` milliseconds, and ``%a{ja}``,
``%a{en}`` and ``%A{en}`` the day of the week, which has to be that of the date.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from functools import cache, partial

import pandas as pd

from synth_handson.tables.columns import MIN_DISTINCT, Column
from synth_handson.tables.months import month_names

_YEAR_FIRST = [f"%Y{sep}%m{sep}%d" for sep in "-/."]
_YEAR_LAST = [sep.join(parts) for sep in ".-/" for parts in (("%d", "%m", "%Y"), ("%m", "%d", "%Y"))]
_NAMED = [
    *(f"%d{sep}%b{sep}%Y" for sep in ("-", " ", "")), "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y",
]  # fmt: skip
_ERAS = [
    "%EY%m月%d日", "%EC%Ey年%m月%d日", "%Eg%Ey年%m月%d日",
    *(f"{era}%Ey{sep}%m{sep}%d" for era in ("%Eg", "%EC") for sep in "./-"),
]  # fmt: skip
_SHORT_YEAR = [form.replace("%Y", "%y") for form in (*_YEAR_FIRST, *_YEAR_LAST)]
_EASTERN = ["%Y年%m月%d日", "%Y年%m月%d号", "%Y년 %m월 %d일", "%Y년%m월%d일"]
_CLOCK = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%H:%M:%S.%f{3}")
_HALF_DAYS = ("%I:%M %p", "%I:%M:%S %p", "%I:%M%p", "%I:%M:%S%p", "%I:%M %p{en}", "%I:%M:%S %p{en}")
HALF_DAYS = {"en": ("a.m.", "p.m."), "ja": ("午前", "午後"), "ko": ("오전", "오후"), "zh": ("上午", "下午")}
"""Words for before and after noon, which stand before the hour, in English behind it."""
WEEKDAYS = {
    ("a", "ja"): tuple("月火水木金土日"),
    ("a", "en"): ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    ("A", "en"): ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_HALF_DAYS_FIRST = [
    f"%p{{{name}}}{sep}{clock}"
    for name in ("ja", "ko", "zh")
    for sep in ("", " ")
    for clock in ("%I:%M", "%I:%M:%S")
]
_DAY_TIMES = ["", "T%H:%M:%SZ", *(f"{sep}{clock}" for sep in " T" for clock in _CLOCK)]
_DAY_TIMES += [*(f" {clock}" for clock in _HALF_DAYS), " %H:%M:%S UTC"]
_WITH_WEEKDAY = [
    *(f"{day}{week}" for day in (*_YEAR_FIRST, "%Y年%m月%d日") for week in ("(%a{ja})", "（%a{ja}）")),
    *(f"{day}{week} %H:%M" for day in (*_YEAR_FIRST, "%Y年%m月%d日") for week in ("(%a{ja})", "（%a{ja}）")),
    *(f"%a{{en}}{sep} %d %b %Y{clock}" for sep in ("", ",") for clock in ("", " %H:%M", " %H:%M:%S")),
    *("%a{en}, %b %d, %Y", "%a{en} %b %d %H:%M:%S %Y", "%A{en}, %d %B %Y", "%A{en}, %B %d, %Y"),
]
_DOTTED = ["%d. %m. %Y", "%Y. %m. %d.", "%Y. %m. %d", "%Y.%m.%d."]
_ORDINAL = [
    "%-d{th} %B %Y",
    "%-d{th} of %B %Y",
    "%B %-d{th}, %Y",
    "%B %-d{th} %Y",
    "%-d{th} %b %Y",
    "%b %-d{th}, %Y",
]
DATE_FORMATS = (
    *(
        f"{day}{clock}"
        for day in (*_YEAR_FIRST, *_YEAR_LAST, *_SHORT_YEAR, *_EASTERN)
        for clock in _DAY_TIMES
    ),
    *(f"{day}{clock}" for day in _NAMED for clock in ("", " %H:%M", " %H:%M:%S")),
    *(f"{day} {clock}" for day in (*_YEAR_FIRST, *_EASTERN) for clock in _HALF_DAYS_FIRST),
    *(f"%Y年%m月%d日{sep}%H時%M分" for sep in ("", " ")),
    *_WITH_WEEKDAY,
    *_DOTTED,
    *_ORDINAL,
    "%Y%m%dT%H%M%S",
    *_ERAS,
)
"""Formats that write a date in only one way, so that it is written back exactly as it was read."""
TIME_FORMATS = (*_CLOCK, *_HALF_DAYS, "%Hh%M", "%H時%M分", "%H時%M分%S秒", "%H시 %M분", *_HALF_DAYS_FIRST)
TIME_FORMATS += ("%p{ja}%I時", "%p{ja}%I時%M分", "%p{ja}%I時%M分%S秒", "%p{ko} %I시", "%p{ko} %I시 %M분")
TIME_FORMATS += tuple(f"%p{{zh}}%I{hour}%M分" for hour in "时時点點")
_MONTH_FORMS = (
    *(f"%d{one}%B{one}%Y" for one in (" ", "-", "/", ".", ". ", " de ")),
    "%d. %B %Y",
    "%d %B, %Y",
    "%d %B de %Y",
    "%B %d, %Y",
    "%d %B %Y г.",
    "%d %B %Y р.",
    "%d %B พ.ศ. %Y",
    "%Y. %B %d.",
    "%Y. %B %d",
    "%Y m. %B %d d.",
)
"""Dates with a month in another language than English, which takes the place of the month."""
_WITH_NAME = re.compile(r"(?=.*\d{4})(?=.*[^\W\d_]\.?[^\W\d_]).{8,60}")
_FIRSTS = ("er", "º", ".º")
"""What follows the first of a month, and no other day, in French, and in Portuguese, Spanish and Italian."""
BUDDHIST = 543
"""Years by which the Buddhist era is ahead."""
_BUDDHIST_YEAR = re.compile(r"(?<!\d)2[45]\d\d")
DIGITS = ("%Y%m%d", "%Y%m%d%H%M%S")
"""Formats that write a date as a whole number."""
ERA_DIGITS = "%En%Ey%m%d"
"""The same with Japanese eras, such as 4280525, which is read only on request."""

DIGIT_YEARS = (1900, 2100)
"""Whole numbers are dates only if all lie in these years."""
FIRST, PIECE = 1_000, 1_000_000
"""Values tried first, and values converted at once."""
SHORT_YEARS = (30, 68)
"""Years of two digits that may be of either century: due in 2045 or born in 1945. POSIX has 2068 and 1969."""
NO_YEAR = 2000
"""Year in which dates without a year are stored; it has 366 days."""
ERAS = (
    ("明治", "M", "1", date(1868, 1, 25)),
    ("大正", "T", "2", date(1912, 7, 30)),
    ("昭和", "S", "3", date(1926, 12, 25)),
    ("平成", "H", "4", date(1989, 1, 8)),
    ("令和", "R", "5", date(2019, 5, 1)),
)
"""Name, letter, number and first day of each era."""

_IS_DATE = re.compile(
    r"(^|[\W_])(date|day|dt|dob|birthday|ymd)s?($|[\W_])|日$|日付|年月日|生年|期日", re.IGNORECASE
)
_IS_CODE = re.compile(
    r"(^|[\W_])(id|ids|no|nr|num|number|code|key|ref|serial|sku|zip|tel|phone)($|[\W_])|[a-z]Id$|番号|コード|番$|№|＃|#",
    re.IGNORECASE,
)
NEVER = "(?!)"
"""A pattern that fits nothing."""
_TOKEN = re.compile(r"(%[-^]?E?[A-Za-z](?:\{[\w.]+\})?)")
_MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October"]
_MONTHS += ["November", "December"]
_NAMES = "|".join(name for name, *_ in ERAS)
_SIGNS = {
    "%Y": r"\d{4}", "%f": r"\d{6}", "%p": "AM|PM", "%P": "am|pm",
    "%EC": _NAMES, "%EY": rf"(?:{_NAMES})(?:元|[2-9]|[1-9]\d)年",
    "%Eg": "[MTSHR]", "%En": "[1-5]", "%B": "|".join(_MONTHS), "%b": "|".join(name[:3] for name in _MONTHS),
}  # fmt: skip


def date_format(texts: Iterable[str]) -> str | None:
    """Find the one format in which all of these are dates.

    Parameters
    ----------
    texts
        Text, at least one.

    Returns
    -------
    str or None
        A format; None if there is none, or if more than one fits ("01/02/2024").
    """
    values = _values(texts)
    return _only_format(values, DATE_FORMATS) or _format_with_name(values)


def time_format(texts: Iterable[str]) -> str | None:
    """Find the format in which all of these are times of day; what may be longer than a day is none."""
    return _only_format(texts, TIME_FORMATS)


def digit_format(name: str, texts: Iterable[str]) -> str | None:
    """Find the format in which whole numbers are dates, such as 20230623.

    All have to be dates of the years 1900 to 2100, and the column's name may not say that it holds codes. If
    it does not say that it holds dates, there have to be at least 10 different ones that do not follow each
    other.
    """
    values = _values(texts)
    length = len(values.iloc[0])
    form = next((form for form in DIGITS if length == len(_written(datetime(2000, 1, 1), form))), None)
    if form is None or names_codes(name) or not _fits(values, form):
        return None
    values = values.drop_duplicates()
    years = values.str[:4].astype(int)
    if years.min() < DIGIT_YEARS[0] or years.max() > DIGIT_YEARS[1]:
        return None
    numbers = values.astype("int64")
    in_a_row = numbers.max() - numbers.min() < 2 * len(numbers)
    return form if _IS_DATE.search(name) or (len(values) >= MIN_DISTINCT and not in_a_row) else None


def names_codes(name: str) -> bool:
    """Tell whether a column's name says that it holds codes or telephone numbers."""
    return bool(_IS_CODE.search(name))


def asked_format(texts: Iterable[str], form: str | None) -> str | None:
    """Find the format, just as it is written, of texts that are said to be dates; None if there is none.

    Parameters
    ----------
    texts
        Text, at least one.
    form
        The format that was said, if any.
    """
    values = _values(texts)
    if form is None:
        forms = (*DIGITS, ERA_DIGITS)
        return date_format(values) or next((form for form in forms if _fits(values, form)), None)
    return next((one for one in _spellings(form) if _fits(values, one)), form)


def read_dates(column: Column, form: str) -> Column:
    """Turn text into dates by a format; what is none, or missing, is missing.

    Dates without a year are held in the year 2000.
    """
    texts = column.astype("str").where(column.notna())
    form = form.replace("%f{3}", "%f")
    if "{" in form:
        return read_dates(*_in_plain_parts(texts, form))
    if "%E" in form or "%-E" in form:
        known = texts.dropna().unique()
        return pd.to_datetime(texts.map({text: _of_era(text, form) for text in known}), errors="coerce")
    form = _plain(form)
    if "%" in form and not re.search("%[YycxsGD]", form):
        texts, form = f"{NO_YEAR} " + texts, f"%Y {form}"
    return pd.to_datetime(texts, format=form, errors="coerce")


def strptime_format(form: str) -> str:
    """Return what ``strptime`` reads a format with; parts in braces except for milliseconds stay."""
    return _plain(form.replace("%f{3}", "%f"))


def read_times(column: Column, form: str) -> Column:
    """Turn text into times of day; what is none, or missing, is missing."""
    texts = column.astype("str").where(column.notna())
    known = texts.drop_duplicates().dropna()
    moments = read_dates(known, form).dropna()
    found = dict(zip(known[moments.index], moments.dt.time, strict=True))
    return texts.astype("object").map(found).astype("object").where(texts.isin(found), None)


def write_dates(column: Column, form: str) -> Column:
    """Spell dates or times of day in a format; missing ones stay missing."""
    if column.dtype != object and _plain(form) == form and not re.search("%E|{", form):
        return column.dt.strftime(form).astype("str").where(column.notna())
    spelled = {value: _written(value, form) for value in column.dropna().drop_duplicates()}
    return column.astype("object").map(spelled, na_action="ignore").astype("str").where(column.notna())


def _only_format(texts: Iterable[str], forms: Iterable[str]) -> str | None:
    values = _values(texts)
    # Looked up once: there are thousands of spellings, and hardly any fits the first value.
    first = values.iloc[0]
    if not re.search("[0-9]", str(first)):  # There is a number in each of them.
        return None
    for spellings in _candidates(tuple(forms), bool(_BUDDHIST_YEAR.search(str(first)))):
        fitting = {
            form: one for form, one in spellings if _pattern(one).fullmatch(first) and _fits(values, one)
        }
        if any("%y" in form and _may_be_older(values, one) for form, one in fitting.items()):
            return None
        # May is short and long; 平成5年 is that with and without a name for the first year.
        readings = {form.replace("%B", "%b").replace("%EC%Ey年", "%EY") for form in fitting}
        if fitting:
            return next(iter(fitting.values())) if len(readings) == 1 else None
    return None


@cache
def _candidates(forms: tuple[str, ...], buddhist: bool) -> tuple[tuple[tuple[str, str], ...], ...]:
    """Return each format with the ways to spell it, those with zeros in front first."""
    eastern = map(_buddhist, _SPELLS) if buddhist else ()
    return tuple(
        tuple((form, one) for form in forms for one in _cases(spell(form)))
        for spell in (*eastern, *_SPELLS, _from_zero, _unpadded_from_zero)
    )


def _may_be_older(values: Column, form: str) -> bool:
    """Tell whether the century of any date with two digits of the year is open."""
    years = read_dates(values, form).dt.year % 100
    return bool(years.between(*SHORT_YEARS).any())


def _format_with_name(values: Column) -> str | None:
    """Find the format of dates whose months have names of one language, or of several that agree."""
    first = str(values.iloc[0])
    if not _WITH_NAME.fullmatch(first):
        return None
    named = [name for name, months in month_names().items() if any(month in first for month in months)]
    forms = [f"{form}{clock}" for form in _MONTH_FORMS for clock in ("", *(f" {one}" for one in _CLOCK[:2]))]
    firsts = (partial(_with_first, mark) for mark in _FIRSTS)
    spells: list[Callable[[str], str]] = [*map(_buddhist, _SPELLS), *_SPELLS, *firsts]
    for spell in spells:
        spelled = [spell(form).replace("%B", f"%B{{{name}}}") for name in named for form in forms]
        fitting = [form for form in spelled if _fits(values, form)]
        # Listopad is October in Croatia, and November in Poland.
        if fitting:
            readings = {tuple(read_dates(values, form)) for form in fitting}
            return fitting[0] if len(readings) == 1 else None
    return None


def _values(texts: Iterable[str]) -> Column:
    """Hold texts in a column, those of a large one as they are."""
    return texts if isinstance(texts, pd.Series) else pd.Series(list(texts), dtype="str")


def _cases(form: str) -> list[str]:
    capitals = re.sub(r"%([bB])(?!\{)", r"%^\1", form)
    small = re.sub(r"%p(?!\{)", "%P", form)
    return list(dict.fromkeys((form, capitals, small)))


def _unpadded_hours(form: str) -> str:
    return re.sub("%([HI])", r"%-\1", form)


def _unpadded_days(form: str) -> str:
    return re.sub("%(Ey|[md])", r"%-\1", form)


def _unpadded(form: str) -> str:
    return re.sub("%(Ey|[mdHI]|M(?=분|分))", r"%-\1", form)


def _from_zero(form: str) -> str:
    return form.replace("%I", "%-I{0}")


def _unpadded_from_zero(form: str) -> str:
    return _from_zero(_unpadded_days(form))


def _with_first(mark: str, form: str) -> str:
    return form.replace("%d", f"%-d{{{mark}}}")


def _buddhist(spell: Callable[[str], str]) -> Callable[[str], str]:
    return lambda form: spell(form).replace("%Y", "%Y{BE}")


_SPELLS: tuple[Callable[[str], str], ...] = (str, _unpadded_hours, _unpadded_days, _unpadded)


def _spellings(form: str) -> list[str]:
    return [one for spell in _SPELLS for one in _cases(spell(form))]


def _plain(form: str) -> str:
    """Return a format that reads what one writes."""
    return re.sub(r"%[-^]([A-Za-z])", r"%\1", form).replace("%P", "%p")


def _fits(values: Column, form: str) -> bool:
    pattern = _pattern(form)
    # Some values settle it for almost every column and format.
    if not all(map(pattern.fullmatch, values.iloc[:FIRST])):
        return False
    if re.search("%[aA]{", form):
        known = values.drop_duplicates()
        read = read_dates(known, form)
        return bool(read.notna().all() and (write_dates(read, form) == known).all())
    parts = [values.iloc[start : start + PIECE] for start in range(0, len(values), PIECE)]
    try:
        return all(
            part.str.fullmatch(pattern).all() and read_dates(part, form).notna().all() for part in parts
        )
    except ValueError:
        return False


@cache
def _pattern(form: str) -> re.Pattern[str]:
    return re.compile("".join(_sign(part) for part in _TOKEN.split(form)), re.ASCII)


def _sign(part: str) -> str:
    if not part.startswith("%"):
        return re.escape(part)
    if part.endswith("}"):
        return f"(?:{_sign_of_own(*_own(part))})"
    if part.startswith("%^"):
        return f"(?:{_SIGNS[part.replace('^', '')].upper()})"
    return (
        f"(?:{_SIGNS[part]})" if part in _SIGNS else r"(?:0|[1-9]\d?)" if part.startswith("%-") else r"\d{2}"
    )


def _own(token: str) -> tuple[str, str]:
    """Split a token such as %-d{er} into its letter and what is in braces."""
    letter, _, inside = token.removesuffix("}").partition("{")
    return letter[-1], inside


def _sign_of_own(letter: str, inside: str) -> str:
    if inside == "th":
        return r"(?:[23]?1st|2?2nd|2?3rd|[1-3]?[04-9]th|1[1-3]th)"
    patterns = {
        "d": rf"1{re.escape(inside)}|[2-9]|[1-3]\d",
        "Y": r"2[45]\d\d",
        "I": r"\d|1[01]",
        "f": r"\d{3}",
    }
    names = sorted(_names_of(letter, inside), key=len, reverse=True)
    return patterns.get(letter) or "|".join(map(re.escape, names)) or NEVER


def _names_of(letter: str, language: str) -> tuple[str, ...]:
    """Return months, or the halves of a day, in a language; none if it is unknown."""
    if letter in "aA":
        return WEEKDAYS.get((letter, language), ())
    return {"B": month_names(), "p": HALF_DAYS}.get(letter, {}).get(language, ())


def _in_plain_parts(texts: Column, form: str) -> tuple[Column, str]:
    """Write parts such as %-d{er} as ``strptime`` reads them; a text that lacks one is missing then."""
    parts = _TOKEN.split(form)
    tokens = [part for part in parts if part.endswith("}")]
    pattern = "".join(f"({_sign(part)})" if part in tokens else _sign(part) for part in parts)
    written = {}
    for text in texts.dropna().unique():
        if found := re.fullmatch(pattern, text, re.ASCII):
            pieces, end = [], 0
            for group, token in enumerate(tokens, start=1):
                pieces += [text[end : found.start(group)], _plain_value(*_own(token), found[group])]
                end = found.end(group)
            written[text] = "".join(pieces) + text[end:]
    plain = "".join(_plain_token(part) if part in tokens else part for part in parts)
    return texts.map(written), plain


def _plain_token(token: str) -> str:
    letter, _ = _own(token)
    return "" if letter in "aA" else "%" + letter.replace("B", "m")


def _plain_value(letter: str, inside: str, value: str) -> str:
    """Return what ``strptime`` reads in place of a value."""
    match letter:
        case "B":
            return f"{_names_of(letter, inside).index(value) + 1:02}"
        case "p":
            return ("AM", "PM")[_names_of(letter, inside).index(value)]
        case "I":
            return value if int(value) else "12"
        case "d":
            return value.rstrip("stndrh") if inside == "th" else value.removesuffix(inside)
        case "a" | "A":
            return ""  # the date says it
    return str(int(value) - BUDDHIST)


def _of_era(text: str, form: str) -> datetime | None:
    """Read a date of an era; None if the era had no such day."""
    tokens = [part for part in _TOKEN.split(form) if part.startswith("%")]
    grouped = "".join(
        f"({_sign(part)})" if part.startswith("%") else re.escape(part) for part in _TOKEN.split(form)
    )
    found = re.fullmatch(grouped, text, re.ASCII)
    if not found:
        return None
    parts = {token.replace("%-", "%"): value for token, value in zip(tokens, found.groups(), strict=True)}
    if whole := parts.pop("%EY", None):
        parts |= {"%EC": whole[:2], "%Ey": whole[2:-1].replace("元", "1")}
    sign = parts.get("%EC") or parts.get("%Eg") or parts.get("%En")
    era = next(one for one in ERAS if sign in one[:3])
    try:
        day = date(era[3].year - 1 + int(parts["%Ey"]), int(parts["%m"]), int(parts["%d"]))
        return datetime.combine(day, _clock(parts)) if _era(day) == era else None
    except ValueError:
        return None


def _clock(parts: dict[str, str]) -> time:
    """Return the time of day beside a date of an era, midnight if there is none."""
    hour, minute, second = (int(parts.get(token, "0")) for token in ("%H", "%M", "%S"))
    if "%I" in parts:
        half = (parts.get("%p") or parts.get("%P") or "AM").upper()
        hour = datetime.strptime(f"{parts['%I']} {half}", "%I %p").hour
    return time(hour, minute, second)


def _era(day: date) -> tuple[str, str, str, date]:
    began = [era for era in ERAS if era[3] <= date(day.year, day.month, day.day)]
    return began[-1] if began else ERAS[0]


def _written(value: datetime | time, form: str) -> str:
    return "".join(_token(value, part) if part.startswith("%") else part for part in _TOKEN.split(form))


def _token(value: datetime | time, token: str) -> str:
    if token.endswith("}"):
        return _own_token(value, *_own(token))
    if "E" in token:
        assert isinstance(value, datetime)
        name, letter, number, first = _era(value)
        year = value.year - first.year + 1
        spelled = {"%EC": name, "%Eg": letter, "%En": number, "%Ey": f"{year:02}", "%-Ey": str(year)}
        return spelled.get(token, f"{name}{'元' if year == 1 else year}年")
    text = value.strftime(token.replace("-", "").replace("^", "").replace("P", "p"))
    if token.startswith("%-"):
        return text.lstrip("0") or "0"
    return text.upper() if token.startswith("%^") else text.lower() if token == "%P" else text


def _ending(day: int) -> str:
    return "th" if 10 < day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _own_token(value: datetime | time, letter: str, inside: str) -> str:
    if letter == "I":
        return str(value.hour % 12)
    if letter == "p":
        return _names_of(letter, inside)[value.hour // 12]
    if letter == "f":
        return f"{value.microsecond // 1000:03}"
    assert isinstance(value, datetime)
    if letter in "aA":
        return WEEKDAYS[letter, inside][value.weekday()]
    if inside == "th":
        return str(value.day) + _ending(value.day)
    if letter == "B":
        return _names_of(letter, inside)[value.month - 1]
    return f"{value.day}{inside if value.day == 1 else ''}" if letter == "d" else str(value.year + BUDDHIST)
