import marimo

__generated_with = "0.25.2"
app = marimo.App(
    width="medium",
    app_title="synth_handson – plan",
    css_file="src/synth_handson/planning/page/page.css",
)

with app.setup(hide_code=True):
    from synth_handson.planning import by_rice, page, summarise


@app.cell(hide_code=True)
def _(day, desk, get_plan, hours, language, language_switch):
    page.head(language_switch, day, hours, desk, get_plan(), language)
    return


@app.cell
def _(day, get_plan, hours):
    plan = get_plan()
    summary = summarise(plan, day.value, hours.value or 0)
    return plan, summary


@app.cell
def _(plan, summary):
    features = by_rice(plan.features)
    smallest = summary.mvp
    return features, smallest


@app.cell(hide_code=True)
def _(language, overview, priorities, progress, research, voices):
    page.tabs(
        {
            "overview": overview,
            "priorities": priorities,
            "research": research,
            "progress": progress,
            "voices": voices,
        },
        language,
    )
    return


@app.cell(hide_code=True)
def _(entry_selector, kind_selector, language):
    page.edit_head(kind_selector, entry_selector, language)
    return


@app.cell(hide_code=True)
def _(desk, get_outcome, language):
    page.outcome(get_outcome(), desk, language)
    return


@app.cell(hide_code=True)
def _(desk, get_editing, language):
    form = page.edit(desk, get_editing(), language)
    form
    return


@app.cell(hide_code=True)
def _(desk, get_editing, language):
    page.removal(desk, get_editing(), language)
    return


@app.cell(hide_code=True)
def _(reload):
    reload
    return


@app.cell(hide_code=True)
def _(desk, reload):
    reload.value
    desk.reload()
    return


@app.cell(hide_code=True)
def _(language, plan, summary):
    overview = page.overview(plan, summary, language)
    return (overview,)


@app.cell(hide_code=True)
def _(features, language, smallest):
    priorities = page.priorities(features, smallest, language)
    return (priorities,)


@app.cell(hide_code=True)
def _(finders, language, plan):
    research = page.research(plan, finders.value, finders, language)
    return (research,)


@app.cell(hide_code=True)
def _(day, language, plan):
    progress = page.progress(plan, day.value, language)
    return (progress,)


@app.cell(hide_code=True)
def _(day, language, plan):
    voices = page.voices(plan, day.value, language)
    return (voices,)


@app.cell(hide_code=True)
def _():
    desk = page.open_desk()
    get_plan, get_editing, get_outcome = desk.states
    return desk, get_editing, get_outcome, get_plan


@app.cell(hide_code=True)
def _():
    language_switch = page.language_switch(page.page_language())
    return (language_switch,)


@app.cell(hide_code=True)
def _(language_switch):
    language = language_switch.value
    return (language,)


@app.cell(hide_code=True)
def _(language):
    day = page.day_control(page.page_day(), language)
    hours = page.hours_control(page.page_hours(), language)
    reload = page.reload_control(language)
    return day, hours, reload


@app.cell(hide_code=True)
def _(desk, language, plan):
    finders = page.finders(desk, plan, language)
    return (finders,)


@app.cell(hide_code=True)
def _(desk, get_editing, get_plan, language):
    kind_selector = page.kind_selector(desk, get_editing(), language)
    entry_selector = page.entry_selector(desk, get_plan(), get_editing(), language)
    return entry_selector, kind_selector


if __name__ == "__main__":
    app.run()
