import marimo

__generated_with = "0.25.2"
app = marimo.App(
    width="medium",
    app_title="synth_handson",
    css_file="src/synth_handson/handson.css",
)

with app.setup(hide_code=True):
    import os
    import sys
    from functools import partial

    import altair as alt
    import marimo as mo
    import numpy as np

    from synth_handson import (
        charts,
        closest_records,
        column_shares,
        compare_columns,
        compare_rows,
        distance_shares,
        load_bank_marketing,
        median_gap,
        split_holdout,
        views,
        warm_up,
    )
    from synth_handson.cli import Options, explain_errors, print_findings, read_options, run_generation
    from synth_handson.handson import Job, JobState, bundled_tables
    from synth_handson.text import get_text

    # SVG marks carry labels that screen readers can read.
    _ = alt.renderers.set_embed_options(renderer="svg", actions=False)


@app.cell(hide_code=True)
def _():
    is_script = mo.app_meta().mode == "script"
    options = read_options(sys.argv[1:]) if is_script else Options()
    if is_script:
        explain_errors(options.language)
    else:
        # The engine's imports take seconds: a worker does them while the reader reads.
        warm_up()
    return is_script, options


@app.cell(hide_code=True)
def _(is_script, options):
    _asked = options.language if is_script else mo.query_params().get("lang")
    language_switch = mo.ui.radio(
        {"日本語": "ja", "English": "en"},
        value="English" if _asked == "en" else "日本語",
        inline=True,
        on_change=lambda language: mo.query_params().set("lang", language),
    )
    return (language_switch,)


@app.cell(hide_code=True)
def _(language_switch):
    language = language_switch.value
    say = partial(get_text, language)
    return language, say


@app.cell(hide_code=True)
def _(language, language_switch, say):
    server = os.environ.get("MOSTLY_BASE_URL")
    _settings = views.settings_note(server, language)
    mo.vstack(
        [language_switch, mo.md(say("story.title")), mo.md(say("story.intro")), mo.callout(mo.md(_settings))]
    )
    return (server,)


@app.cell(hide_code=True)
def _(say):
    mo.md(say("load.title"))
    return


@app.cell
def _(options):
    dataset = load_bank_marketing(options.source)
    train, holdout = split_holdout(dataset.frame)
    return dataset, holdout, train


@app.cell(hide_code=True)
def _(dataset):
    real_table = mo.ui.table(dataset.frame, page_size=5, selection=None, show_download=False)
    return (real_table,)


@app.cell(hide_code=True)
def _(dataset, holdout, language, real_table, say, train):
    mo.vstack(
        [
            mo.md(dataset.note(language)),
            real_table,
            mo.md(say("load.holdout", train=len(train), holdout=len(holdout))),
        ]
    )
    return


@app.cell(hide_code=True)
def _(say, server):
    mo.md(say("generate.server_title" if server else "generate.title"))
    return


@app.cell(hide_code=True)
def _(dataset, is_script, options):
    get_tables, set_tables = mo.state(run_generation(dataset, options) if is_script else bundled_tables())
    get_job, set_job = mo.state(JobState())
    job = Job(show=set_job, deliver=set_tables)
    return get_job, get_tables, job


@app.cell
def _():
    sample_size_slider = mo.ui.slider(100, 5_000, step=100, value=1_000, show_value=True, label="行数 / Rows")
    return (sample_size_slider,)


@app.cell
def _():
    generate_button = mo.ui.run_button(kind="success", label="合成データを生成 / Generate")
    return (generate_button,)


@app.cell
def _(generate_button, holdout, job, options, sample_size_slider, train):
    if generate_button.value:
        # In a thread, so that the page stays alive and the cancel button works.
        mo.Thread(
            target=job.run,
            args=(train, holdout),
            kwargs={
                "rows": sample_size_slider.value,
                "max_epochs": options.epochs,
                "random_state": options.seed,
            },
        ).start()
    return


@app.cell(hide_code=True)
def _(job):
    cancel_button = mo.ui.button(
        on_click=lambda _: job.cancel(keep=False), kind="danger", label="中止 / Cancel"
    )
    keep_button = mo.ui.button(
        on_click=lambda _: job.cancel(keep=True), kind="neutral", label="ここまでで使う / Use what there is"
    )
    return cancel_button, keep_button


@app.cell(hide_code=True)
def _(generate_button, sample_size_slider):
    mo.hstack([sample_size_slider, generate_button], justify="start", align="center", gap=2, wrap=True)
    return


@app.cell(hide_code=True)
def _(cancel_button, get_job, keep_button, language, server):
    _state = get_job()
    _view = None
    if _state.running:
        # A server keeps nothing of a cancelled training.
        _choices = [cancel_button] if server else [cancel_button, keep_button]
        _buttons = mo.hstack(_choices, justify="start", wrap=True)
        _view = mo.vstack([mo.Html(views.progress_view(_state.progress, language)), _buttons])
    elif _state.error is not None:
        _view = mo.callout(mo.md(views.error_note(_state.error, language)), kind="warn")
    _view
    return


@app.cell(hide_code=True)
def _(get_tables):
    tables = get_tables()
    synthetic_table = mo.ui.table(tables.synthetic, page_size=5, selection=None)
    return synthetic_table, tables


@app.cell(hide_code=True)
def _(language, say, synthetic_table, tables):
    _kind = "warn" if tables.origin == "bundled" else "success"
    _protected = views.protected_note(tables.synthetic, language)
    mo.vstack(
        [
            mo.callout(mo.md(views.origin_note(tables, language)), kind=_kind),
            synthetic_table,
            *([mo.md(_protected)] if _protected else []),
            mo.md(say("generate.try_body")),
            mo.accordion({say("generate.try_answer_title"): mo.md(say("generate.try_answer"))}),
        ]
    )
    return


@app.cell(hide_code=True)
def _(say):
    mo.md(say("validate.title"))
    return


@app.cell
def _(dataset):
    column_selector = mo.ui.dropdown(
        list(dataset.frame.columns), value="age", label="列 / Column", allow_select_none=False
    )
    return (column_selector,)


@app.cell
def _(tables):
    fidelity = compare_columns(tables.train, tables.holdout, tables.synthetic)
    return (fidelity,)


@app.cell
def _(column_selector, language, tables):
    shares = column_shares(tables.train, tables.synthetic, column_selector.value)
    overlay = charts.distribution_chart(shares, language)
    return (overlay,)


@app.cell(hide_code=True)
def _(column_selector, fidelity, language, overlay, say):
    _column = next(measured for measured in fidelity if measured.column == column_selector.value)
    _caption = say("validate.stat_caption")
    _stats = mo.hstack(
        [
            mo.stat(
                f"{_column.synthetic:.3f}",
                label=say("validate.stat_synthetic"),
                caption=_caption,
                bordered=True,
            ),
            mo.stat(
                f"{_column.holdout:.3f}", label=say("validate.stat_holdout"), caption=_caption, bordered=True
            ),
        ],
        justify="start",
        wrap=True,
    )
    mo.vstack(
        [
            column_selector,
            overlay,
            _stats,
            mo.md(views.fidelity_note(_column, language)),
            mo.accordion(
                {
                    say("validate.table_title"): mo.ui.table(
                        views.fidelity_table(fidelity, language), selection=None, pagination=False
                    ),
                    say("validate.meaning_title"): mo.md(say("validate.meaning")),
                }
            ),
        ]
    )
    return


@app.cell(hide_code=True)
def _(say):
    mo.md(say("privacy.title"))
    return


@app.cell
def _(tables):
    synthetic_closest = closest_records(tables.synthetic, tables.train)
    holdout_closest = closest_records(tables.holdout, tables.train)
    gap = median_gap(synthetic_closest, holdout_closest)
    return gap, holdout_closest, synthetic_closest


@app.cell(hide_code=True)
def _():
    person_button = mo.ui.button(value=0, on_click=lambda clicks: clicks + 1, label="別の人 / Another person")
    return (person_button,)


@app.cell
def _(person_button, synthetic_closest, tables):
    person = int(np.random.default_rng(person_button.value).integers(len(tables.synthetic)))
    closest = int(synthetic_closest.indices[person])
    comparison = compare_rows(
        tables.synthetic.iloc[[person]],
        tables.train.iloc[[closest]],
        distance=float(synthetic_closest.distances[person]),
        index=closest,
    )
    return (comparison,)


@app.cell(hide_code=True)
def _(comparison, language, person_button):
    mo.vstack(
        [
            person_button,
            mo.Html(views.person_table(comparison, language)),
            mo.callout(
                mo.md(views.closest_sentence(comparison, language)),
                kind="warn" if comparison.identical else "neutral",
            ),
        ]
    )
    return


@app.cell(hide_code=True)
def _(gap, holdout_closest, language, say, synthetic_closest):
    _shares = distance_shares(synthetic_closest.distances, holdout_closest.distances)
    mo.vstack(
        [
            mo.md(say("privacy.all_title")),
            charts.distance_chart(_shares, language),
            mo.md(views.distance_note(synthetic_closest, holdout_closest, gap, language)),
            mo.md(views.identical_note(synthetic_closest, holdout_closest, language)),
            mo.callout(mo.md(f"**{say('privacy.limits_title')}**\n\n{say('privacy.limits')}")),
        ]
    )
    return


@app.cell(hide_code=True)
def _(say):
    mo.md(say("story.end"))
    return


@app.cell(hide_code=True)
def _(
    comparison,
    fidelity,
    gap,
    holdout_closest,
    is_script,
    language,
    synthetic_closest,
    tables,
):
    if is_script:
        print_findings(tables, fidelity, comparison, synthetic_closest, holdout_closest, gap, language)
    return


if __name__ == "__main__":
    app.run()
