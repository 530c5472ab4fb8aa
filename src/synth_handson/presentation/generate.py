"""Step 2: a running training, its place, and its result."""

from html import escape
from urllib.parse import urlsplit

import pandas as pd

from synth_handson.errors import SynthHandsonError
from synth_handson.locales import Language, get_text
from synth_handson.pipeline.tables import Tables
from synth_handson.pipeline.text_writer import text_notes
from synth_handson.synthesis.generator import Training
from synth_handson.synthesis.mostly.text_process import MODEL
from synth_handson.synthesis.run import Progress
from synth_handson.synthesis.schema import PROTECTED_TOKEN
from synth_handson.tables.segment import MIN_PEOPLE


def progress_view(progress: Progress, language: Language) -> str:
    """Show a running training: a bar, the epoch, the validation loss, and the time elapsed and left."""
    details = [phase_note(progress, language)]
    if progress.val_loss is not None:
        details.append(get_text(language, "generate.epoch", epoch=progress.epoch))
        details.append(get_text(language, "generate.val_loss", loss=progress.val_loss))
        details.append(get_text(language, "generate.elapsed", seconds=progress.elapsed))
    if progress.remaining is not None and progress.phase != "waiting":
        details.append(get_text(language, "generate.remaining", seconds=progress.remaining))
    # Without a value, the browser draws a bar that says "busy".
    value = f' value="{progress.fraction:.3f}"' if progress.phase == "training" else ""
    phase, *numbers = (escape(detail) for detail in details)
    # A screen reader says the phase when it changes; the numbers change too often for that.
    spans = f"<span>{phase}</span>" + "".join(f'<span aria-live="off">{number}</span>' for number in numbers)
    bar = f'<progress max="1"{value} aria-label="{phase}"></progress>'
    return f'<div class="sh-progress">{bar}<p>{spans}</p></div>'


def queue_note(progress: Progress, language: Language) -> str | None:
    """Say how long a reader waits for other trainings; None if unknown."""
    if progress.phase != "waiting" or progress.remaining is None:
        return None
    return get_text(language, "generate.turn", seconds=progress.remaining)


def phase_note(progress: Progress, language: Language) -> str:
    """Name what the training is doing."""
    queued_on_server = progress.phase == "waiting" and not progress.ahead
    phase = "queued" if queued_on_server else progress.phase
    return get_text(language, f"generate.phase_{phase}", ahead=progress.ahead)


def settings_note(server: str | None, language: Language) -> str:
    """Say where the training takes place; of a server's address, no password is shown."""
    if not server:
        return get_text(language, "story.settings_local")
    return get_text(language, "story.settings_server", address=escape(urlsplit(server).hostname or "?"))


def error_note(error: SynthHandsonError, language: Language) -> str:
    """Say what went wrong and what to do; values of the reader's table and servers' answers stay text."""
    return escape(error.message(language), quote=False)


def origin_note(tables: Tables, language: Language) -> str:
    """Say which generator made the synthetic table, how it was trained, and why by this engine."""
    training = tables.training
    note = get_text(
        language,
        f"generate.origin_{tables.origin}",
        rows=len(tables.synthetic),
        train_rows=training.rows,
        took=_took(training, language),
    )
    return f"{note}\n\n{tables.why.render(language)}" if tables.why else note


def texts_note(tables: Tables, language: Language) -> list[str]:
    """Say what wrote the free text of a reader's own table, or why there is none; nothing of other tables."""
    written = [name for name in tables.texts if name in tables.synthetic]
    if written or not tables.texts:
        notes = text_notes(written, MODEL, tables.synthetic, tables.train)
        return [escape(note.render(language)) for note in notes]
    guaranteed = tables.training.reached_epsilon is not None
    key = "later" if tables.origin == "placeholder" else "none" if guaranteed else "failed"
    return [get_text(language, f"generate.texts_{key}", columns=escape(", ".join(tables.texts)))]


def asked_note(tables: Tables, language: Language) -> str | None:
    """Say what the rows were asked for, and with how many people they are compared; None if for nothing."""
    if tables.asked is None:
        return None
    asked = tables.asked.asked
    key = "asked_few" if not asked.enough else "asked_shares" if asked.shares else "asked_given"
    people, fewest = sum(asked.train), min(asked.train)
    return get_text(
        language, f"generate.{key}", asked=escape(asked.spelled), people=people, fewest=fewest,
        holdout=sum(asked.holdout), minimum=MIN_PEOPLE,
    )  # fmt: skip


def _took(training: Training, language: Language) -> str:
    if training.stopped_by == "complete":
        engine = get_text(language, f"generate.engine_{training.engine}", epsilon=training.epsilon or 0.0)
        took = "took_complete" if training.seconds >= 1 else "took_instant"
        return get_text(language, f"generate.{took}", engine=engine, seconds=training.seconds)
    stopped = get_text(language, f"generate.stopped_{training.stopped_by.replace(' ', '_')}")
    return get_text(
        language, "generate.took", epochs=training.epochs, seconds=training.seconds, stopped=stopped
    )


def protected_note(synthetic: pd.DataFrame, language: Language) -> str | None:
    """Say in which columns, and how often, a category was too rare to be shown; None where it never was."""
    counts = {name: int((column == PROTECTED_TOKEN).sum()) for name, column in synthetic.items()}
    listed = ", ".join(f"{escape(str(name))} ({count})" for name, count in counts.items() if count)
    return get_text(language, "generate.protected", token=PROTECTED_TOKEN, columns=listed) if listed else None
