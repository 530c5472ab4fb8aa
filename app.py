import marimo

__generated_with = "0.25.2"
app = marimo.App(
    width="medium",
    app_title="synth_handson",
    css_file="src/synth_handson/notebook/page.css",
)

with app.setup(hide_code=True):
    import marimo as mo

    from synth_handson import (
        assess,
        closest_records,
        column_shares,
        compare_columns,
        compare_with_nearest,
        median_gap,
        split_holdout,
        train_generator,
        unique_share,
    )
    from synth_handson.notebook import lesson, page, script
    from synth_handson.notebook.session import load_bank_marketing


@app.cell(hide_code=True)
def _(language, language_switch, own, say, state):
    _said = say(
        "load",
        ja="""
        ## ステップ 1：危険なデータ

        1 行が、あなたの銀行の顧客 1 人です。`y` は定期預金を申し込んだかどうかです。
        氏名はありません。それで十分でしょうか。
        """,
        en="""
        ## Step 1: The dangerous data

        One row is one customer of your bank; `y` says who took out a term deposit.
        There are no names. Is that enough?
        """,
    )
    mo.vstack([page.head(language_switch, state.server, own, language), _said])
    return


@app.cell
def _(own, source):
    dataset = own or load_bank_marketing(source)
    train, holdout = split_holdout(dataset.frame, dataset.fraction, person=dataset.person)
    mo.show_code(page.table(dataset.frame), position="above")
    return dataset, holdout, train


@app.cell
def _(dataset, language):
    facts = dataset.facts  # or what you may know: ["age", "job", "balance"]
    known = [facts[:n] for n in range(1, len(facts) + 1)]
    alone = {tuple(some): unique_share(dataset.frame, some) for some in known}
    mo.show_code(page.alone(alone, dataset, language), position="above")
    return


@app.cell
def _(context, exercises, get_answers):
    my_columns = None
    exercises.ask("find", my_columns, get_answers(), context)
    return


@app.cell(hide_code=True)
def _(dataset, get_upload, holdout, language, state, train):
    _split = page.split_note(dataset, train, holdout, language)
    mo.vstack([_split, page.own_table(get_upload(), state, language)])
    return


@app.cell(hide_code=True)
def _(dataset, language, say, state, train):
    _said = say(
        "generate",
        ja="""
        ## ステップ 2：生成する

        ボタンを押すと、学習用の行で生成器を学習させます。生成器からは、何行でも合成データを作れます。
        """,
        en="""
        ## Step 2: Generate

        The button trains a generator on the training rows. Any number of rows can then be drawn from it.
        """,
    )
    sample_size_slider = page.rows_slider(state.get_rows(), state.ask_rows, language)
    engine_selector = page.engine_selector(state.memory, language)
    generate_button = page.generate_button(language, len(train))
    ask_form = page.AskForm(state, dataset, train, language)
    mo.vstack([_said, page.row([sample_size_slider, engine_selector, generate_button])])
    return ask_form, engine_selector, generate_button, sample_size_slider


@app.cell
def _(dataset, engine_selector, generate_button, state, train):
    target, engine = dataset.target, engine_selector.value
    if generate_button.value:  # in a thread, so that the page stays alive
        state.in_background(train_generator, train, target=target, **engine)
    mo.show_code()
    return


@app.cell(hide_code=True)
def _(engine_selector, get_job, get_tables, job_buttons, language, state):
    page.training(engine_selector.value, get_job(), get_tables(), job_buttons, state, language)
    return


@app.cell
def _(made, rows, wish):
    generator = made.generator  # the one that ships with the lesson, until yours is trained
    synthetic = generator.sample(rows, given=wish.given, shares=wish.shares, even_if_few=wish.even_if_few)
    mo.show_code(page.table(synthetic), position="above")
    return (synthetic,)


@app.cell(hide_code=True)
def _(ask_form, get_asking, holdout_closest, language, synthetic_closest, tables, wish):
    _crowd = page.crowd(tables, synthetic_closest, holdout_closest, language)
    mo.vstack([_crowd, ask_form.show(get_asking(), wish)])
    return


@app.cell
def _(context, exercises, get_answers):
    my_rows = None
    exercises.ask("made", my_rows, get_answers(), context)
    return


@app.cell
def _(context, exercises, get_answers):
    my_range = None
    exercises.ask("missing", my_range, get_answers(), context)
    return


@app.cell(hide_code=True)
def _(say):
    say(
        "validate",
        ja="""
        ## ステップ 3：検証する（「証拠」）

        合成データ（**赤**）は、学習に使った行（**青**）の統計的な特徴を保っているでしょうか。
        """,
        en="""
        ## Step 3: Validate (“the proof”)

        Does the synthetic table (**red**) keep the statistics of the real one (**blue**)?
        """,
    )
    return


@app.cell
def _(alike, column_selector, language):
    shares = column_shares(alike.train, alike.synthetic, column_selector.value)
    mo.show_code(page.column(column_selector, shares, alike, language), position="above")
    return (shares,)


@app.cell
def _(alike, get_scores, language):
    fidelity = compare_columns(alike.train, alike.holdout, alike.synthetic)
    mo.show_code(page.columns(fidelity, get_scores(), alike, language), position="above")
    return (fidelity,)


@app.cell
def _(context, exercises, get_answers):
    my_worst = None
    exercises.ask("worst", my_worst, get_answers(), context)
    return


@app.cell
def _(state, tables):
    state.in_background(assess, tables.synthetic, train=tables.train, holdout=tables.holdout, **tables.told)
    mo.show_code()
    return


@app.cell(hide_code=True)
def _(assessed, language):
    page.measures(assessed, language)
    return


@app.cell
def _(context, exercises, get_answers):
    my_judgement = None
    exercises.ask("accuracy", my_judgement, get_answers(), context)
    return


@app.cell
def _(context, exercises, get_answers):
    my_stays = None
    exercises.ask("rules", my_stays, get_answers(), context)
    return


@app.cell(hide_code=True)
def _(say):
    say(
        "privacy",
        ja="""
        ## ステップ 4：プライバシーを確認する

        ある合成データの行に**最も近い実在の人**を、学習に使った行の中から探します（[HEOM 距離](#g-heom)）。
        """,
        en="""
        ## Step 4: Privacy check

        For a synthetic row, the **closest real person** among the training rows ([HEOM distance](#g-heom)):
        """,
    )
    return


@app.cell
def _(compared, language, person_button):
    person = compared.synthetic.sample(1, random_state=person_button.value)
    comparison = compare_with_nearest(person, compared.train)
    mo.show_code(page.person(person_button, comparison, compared, language), position="above")
    return (comparison,)


@app.cell
def _(compared, language):
    synthetic_closest = closest_records(compared.synthetic, compared.train)
    holdout_closest = closest_records(compared.holdout, compared.train)
    gap = median_gap(synthetic_closest, holdout_closest)
    mo.show_code(page.everyone(synthetic_closest, holdout_closest, gap, compared, language), position="above")
    return gap, holdout_closest, synthetic_closest


@app.cell(hide_code=True)
def _(assessed, language, state, tables):
    page.verdict(assessed, state.tried(tables, assessed), language)
    return


@app.cell(hide_code=True)
def _(exercises, get_answers, language, leak_selector, leak_sliders, say, state, tables):
    state.simulate(tables, leak_selector.value)
    _guessed = exercises.guessed("smallest_leak", get_answers())
    _said = say(
        "leak_simulation",
        ja="""
        ### 自分で壊してみる

        判定は、赤になりうるからこそ意味があります。わざと漏えいを作り、どの指標が気づくかを見てみましょう。
        """,
        en="""
        ### Break it yourself

        A verdict means something only if it can turn red. Make a leak and see which measures notice.
        """,
    )
    mo.vstack([_said, page.leak_controls(leak_selector, leak_sliders, _guessed, language)])
    return


@app.cell
def _(get_series, language, leak_selector, leak_sliders, tables):
    leak = leak_selector.value
    simulation = lesson.simulate_leak(tables, leak, leak_sliders.value[leak] / 100)
    mo.show_code(page.simulation(simulation, get_series().about(tables, leak), language), position="above")
    return (simulation,)


@app.cell
def _(context, simulation, exercises, get_answers):
    my_smallest_leaks = None
    exercises.ask("smallest_leak", my_smallest_leaks, get_answers(), context, simulation)
    return


@app.cell(hide_code=True)
def _(get_memorised, job_buttons, language, own):
    page.overfit(job_buttons, get_memorised(), own, language)
    return


@app.cell
def _(context, exercises, get_answers):
    my_suspect = None
    exercises.ask("hunt", my_suspect, get_answers(), context)
    return


@app.cell
def _(context, exercises, get_answers):
    my_split = None
    exercises.ask("people", my_split, get_answers(), context)
    return


@app.cell
def _(context, exercises, get_answers, letter_form):
    my_statements = None
    exercises.ask("letter", my_statements, get_answers(), context, form=letter_form)
    return


@app.cell
def _(context, exercises):
    my_attack = None
    exercises.own_attack(my_attack, context)
    return


@app.cell(hide_code=True)
def _(about_fields, assessed, context, exercises, get_scores, language, own, tables):
    _card, _signed = exercises.score_card(get_scores()), exercises.signed(context)
    mo.vstack([_card, page.letter(tables, assessed, about_fields, _signed, own, language)])
    return


@app.cell(hide_code=True)
def _(language, own):
    page.end(own, language)
    return


@app.cell(hide_code=True)
def _():
    # From here on, what the page works with: nothing to read for the story.
    state = page.PageState()
    get_tables, get_rows, get_job, get_assessed, get_answers, get_scores = state.states
    return get_answers, get_assessed, get_job, get_rows, get_scores, get_tables, state


@app.cell(hide_code=True)
def _(state):
    get_own, get_upload, get_series, get_memorised, get_wish, get_asking = state.other_states
    return get_asking, get_memorised, get_own, get_series, get_upload, get_wish


@app.cell(hide_code=True)
def _(state):
    language_switch, source = page.language_switch(state.options.language), state.options.source
    return language_switch, source


@app.cell(hide_code=True)
def _(get_own):
    # Apart from the language: another one must not split the table anew.
    own = get_own()
    return (own,)


@app.cell(hide_code=True)
def _(language_switch, own, state):
    language = language_switch.value
    say, job_buttons = page.in_language(language, own), state.buttons(language)
    return job_buttons, language, say


@app.cell(hide_code=True)
def _(dataset, get_rows, get_tables, get_wish, holdout, state, train):
    state.holdout, rows, wish = holdout, get_rows(), get_wish()
    mo.stop(get_tables() is None and not state.script)
    made = script.run_generation(dataset, train, holdout, state.options) if state.script else get_tables()
    return made, rows, wish


@app.cell(hide_code=True)
def _(made, synthetic):
    tables = made.with_rows(synthetic)
    compared = tables.compared  # without what is made anew for every row
    alike = tables.alike  # the same, in the shares that were asked for
    return alike, compared, tables


@app.cell(hide_code=True)
def _(get_assessed, state, tables):
    assessed = script.run_assessment(tables, state.options) if state.script else get_assessed().about(tables)
    return (assessed,)


@app.cell(hide_code=True)
def _(compared, language, state):
    column_selector = page.column_selector(state.memory, language, compared.train)
    person_button = page.person_button(state.memory, language)
    about_fields = page.about_fields(state.memory, language)
    return about_fields, column_selector, person_button


@app.cell(hide_code=True)
def _(dataset, language, state, tables):
    mo.stop(state.script)
    leak_selector, leak_sliders = page.leaks(state.memory, language)
    exercises = page.ExercisePanel(state, dataset, tables, language)
    return exercises, leak_selector, leak_sliders


@app.cell(hide_code=True)
def _(assessed, exercises):
    letter_form = exercises.letter_form(assessed)
    return (letter_form,)


@app.cell(hide_code=True)
def _(assessed, get_series, state, tables):
    context = state.context(tables, assessed, get_series())
    return (context,)


@app.cell(hide_code=True)
def _(assessed, comparison, fidelity, gap, holdout_closest, state, synthetic_closest, tables):
    if state.script:
        _closest = synthetic_closest, holdout_closest, gap
        script.print_findings(tables, fidelity, comparison, *_closest, assessed, state.options)
        script.end(assessed)
    return


if __name__ == "__main__":
    app.run()
