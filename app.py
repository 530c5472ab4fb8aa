import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="synth_handson", css_file="src/synth_handson/notebook/page.css")

with app.setup(hide_code=True):
    import marimo as mo

    from synth_handson import (
        assess,
        closest_records,
        column_shares,
        compare_columns,
        compare_with_nearest,
        split_holdout,
        train_generator,
        unique_share,
    )
    from synth_handson.notebook import lesson, page, script
    from synth_handson.notebook.session import load_bank_marketing


@app.cell(hide_code=True)
def _(get_own, get_upload, language, language_switch, say, state):
    _said = say("load", ja="""
        # 合成データで、データを安全に共有する
        **マーケティング部門**は、定期預金を申し込みそうな顧客を社外の AI ベンダーに予測してもらうため、
        銀行の顧客データを渡してほしいと言います。**法務部門**の答えは「ノー」です。

        *[生成器](#g-generator)*を学習させ、*[合成データ](#g-synthetic)*を作り、それが何を保ち、
        共有してよいかを数値で示してください。**答えを見る前に、まず予想しましょう。**
        ## ステップ 1：危険なデータ
        1 行が、あなたの銀行の顧客 1 人です。`y` は定期預金を申し込んだかどうかです。
        氏名はありません。それで十分でしょうか。
        """, en="""
        # Share data safely with synthetic data
        **Marketing** wants an outside AI vendor to predict who takes out a term deposit, and asks for the
        bank's customer table. **Legal** says no.

        Train a *[generator](#g-generator)*, draw a *[synthetic table](#g-synthetic)*, and show with numbers
        what it keeps and whether it may be shared. **Guess before each answer.**
        ## Step 1: The dangerous data
        One row is one customer of your bank; `y` says who took out a term deposit.
        There are no names. Is that enough?
        """)  # fmt: skip
    _head, _where = page.head(language_switch, language), page.where(state.server, get_own(), language)
    mo.vstack([_head, _said, _where, page.own_table(get_upload(), state, language)])
    return


@app.cell
def _(get_own, source):
    dataset = get_own() or load_bank_marketing(source)
    train, holdout = split_holdout(dataset.frame, dataset.fraction, person=dataset.person)
    mo.show_code(page.table(dataset.frame), position="above")
    return dataset, holdout, train


@app.cell
def _(dataset, holdout, language, train):
    facts = dataset.facts  # or what you may know: ["age", "job", "balance"]
    known = [facts[:n] for n in range(1, len(facts) + 1)]
    alone = {tuple(some): unique_share(dataset.frame, some) for some in known}
    mo.show_code(page.alone(alone, dataset, train, holdout, language), position="above")
    return


@app.cell
def _(exercises):
    exercises.ask(find=None)
    return


@app.cell(hide_code=True)
def _(engine_selector, generate_button, get_job, get_tables, job_buttons, language, rows_slider, say, state):
    _said = say("generate", ja="""
        ## ステップ 2：生成する
        ボタンを押すと、学習用の行で生成器を学習させます。生成器からは、何行でも合成データを作れます。
        """, en="""
        ## Step 2: Generate
        The button trains a generator on the training rows. Any number of rows can then be drawn from it.
        """)  # fmt: skip
    _controls = page.row([rows_slider, engine_selector, generate_button])
    _job = page.training(engine_selector.value, get_job(), get_tables(), job_buttons, state, language)
    mo.vstack([_said, _controls, _job])
    return


@app.cell
def _(dataset, engine_selector, generate_button, state, train):
    if generate_button.value:  # in a thread, so that the page stays alive
        state.in_background(train_generator, train, target=dataset.target, **engine_selector.value)
    mo.show_code()
    return


@app.cell
def _(get_tables, get_wanted):
    generator = page.generator(get_tables())  # the one that ships with the lesson, until yours is trained
    rows, wish = get_wanted()
    synthetic = generator.sample(rows, given=wish.given, shares=wish.shares, even_if_few=wish.even_if_few)
    mo.show_code(page.table(synthetic), position="above")
    return synthetic, wish


@app.cell(hide_code=True)
def _(ask_form, get_asking, holdout_closest, language, synthetic_closest, tables, wish):
    _crowd = page.crowd(tables, synthetic_closest, holdout_closest, language)
    mo.vstack([_crowd, ask_form.show(get_asking(), wish)])
    return


@app.cell
def _(exercises):
    exercises.ask(made=None, missing=None)
    return


@app.cell(hide_code=True)
def _(compared, language, say, state):
    column_menu = page.column_menu(state.memory, language, compared.train)
    say("validate", ja="""
        ## ステップ 3：検証する（「証拠」）
        合成データ（**赤**）は、学習に使った行（**青**）の統計的な特徴を保っているでしょうか。
        """, en="""
        ## Step 3: Validate (“the proof”)
        Does the synthetic table (**red**) keep the statistics of the real one (**blue**)?
        """)  # fmt: skip
    return (column_menu,)


@app.cell
def _(alike, column_menu, get_scores, language, state, tables):
    shares = column_shares(alike.train, alike.synthetic, column_menu.value)
    fidelity = compare_columns(alike.train, alike.holdout, alike.synthetic)
    state.in_background(assess, tables.synthetic, train=tables.train, holdout=tables.holdout, **tables.told)
    mo.show_code(page.columns(column_menu, shares, fidelity, get_scores(), alike, language), position="above")
    return (fidelity,)


@app.cell
def _(exercises):
    exercises.ask(worst=None)
    return


@app.cell(hide_code=True)
def _(forms, get_assessed, language, state, tables):
    assessed = state.assessed(tables, get_assessed())
    letter_form = forms.letter(assessed)
    page.measures(assessed, language)
    return assessed, letter_form


@app.cell
def _(exercises):
    exercises.ask(accuracy=None, rules=None)
    return


@app.cell(hide_code=True)
def _(language, say, state):
    person_button = page.person_button(state.memory, language)
    say("privacy", ja="""
        ## ステップ 4：プライバシーを確認する
        ある合成データの行に**最も近い実在の人**を、学習に使った行の中から探します（[HEOM 距離](#g-heom)）。
        """, en="""
        ## Step 4: Privacy check
        For a synthetic row, the **closest real person** among the training rows ([HEOM distance](#g-heom)):
        """)  # fmt: skip
    return (person_button,)


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
    mo.show_code(page.everyone(synthetic_closest, holdout_closest, compared, language), position="above")
    return holdout_closest, synthetic_closest


@app.cell(hide_code=True)
def _(assessed, exercises, language, leak_selector, leak_sliders, say, state, tables):
    mo.stop(state.script)  # it breaks nothing
    leak = leak_selector.value
    state.simulate(tables, leak)
    _verdict = page.verdict(assessed, state.tried(tables, assessed), language)
    _said = say("leak_simulation", ja="""
        ### 自分で壊してみる
        判定は、赤になりうるからこそ意味があります。わざと漏えいを作り、どの指標が気づくかを見てみましょう。
        """, en="""
        ### Break it yourself
        A verdict means something only if it can turn red. Make a leak and see which measures notice.
        """)  # fmt: skip
    _guessed = exercises.guessed("smallest_leak")
    mo.vstack([_verdict, _said, page.leak_controls(leak_selector, leak_sliders, _guessed, language)])
    return (leak,)


@app.cell
def _(get_series, language, leak, leak_sliders, tables):
    simulation = lesson.simulate_leak(tables, leak, leak_sliders.value[leak] / 100)
    mo.show_code(page.simulation(simulation, get_series().about(tables, leak), language), position="above")
    return (simulation,)


@app.cell
def _(exercises, simulation):
    exercises.ask(simulation, smallest_leak=None, hunt=None, people=None)
    return


@app.cell
def _(exercises):
    exercises.ask(letter=None, attack=None)
    return


@app.cell(hide_code=True)
def _(about_fields, assessed, exercises, get_memorised, get_own, get_scores, job_buttons, language, tables):
    _memorised = page.overfit(job_buttons, get_memorised(), get_own(), language)
    _letter = page.letter(tables, assessed, about_fields, exercises.signed(), get_own(), language)
    mo.vstack([_memorised, exercises.score_card(get_scores()), _letter, page.end(get_own(), language)])
    return


@app.cell(hide_code=True)
def _():
    # From here on, what the page works with: nothing to read for the story.
    state = page.PageState()
    get_tables, get_wanted, get_job, get_assessed, get_answers, get_scores = state.states
    return (get_answers, get_assessed, get_job, get_scores, get_tables, get_wanted, state)


@app.cell(hide_code=True)
def _(state):
    get_own, get_upload, get_series, get_memorised, get_asking = state.other_states
    language_switch, source = page.language_switch(state.options.language), state.options.source
    return (get_asking, get_memorised, get_own, get_series, get_upload, language_switch, source)


@app.cell(hide_code=True)
def _(get_own, language_switch, state):
    language = language_switch.value
    say, job_buttons = page.in_language(language, get_own()), state.buttons(language)
    leak_selector, leak_sliders = page.leaks(state.memory, language)
    about_fields = page.about_fields(state.memory, language)
    return (about_fields, job_buttons, language, leak_selector, leak_sliders, say)


@app.cell(hide_code=True)
def _(dataset, holdout, language, state, train):
    state.holdout = holdout
    rows_slider = page.rows_slider(state.rows, state.ask_rows, language)
    engine_selector = page.engine_selector(state.memory, language)
    generate_button = page.generate_button(language, len(train))
    ask_form = page.AskForm(state, dataset, train, language)
    return ask_form, engine_selector, generate_button, rows_slider


@app.cell(hide_code=True)
def _(dataset, get_tables, language, state, synthetic):
    tables = get_tables().with_rows(synthetic)
    compared = tables.compared  # without what is made anew for every row
    alike = tables.alike  # the same, in the shares that were asked for
    forms = page.ExerciseForms(state, dataset, tables, language)
    return alike, compared, forms, tables


@app.cell(hide_code=True)
def _(assessed, forms, get_answers, get_series, letter_form, state, tables):
    context = state.context(tables, assessed, get_series())
    exercises = page.ExercisePanel(forms, get_answers(), context, letter_form)
    return (exercises,)


@app.cell(hide_code=True)
def _(assessed, comparison, fidelity, holdout_closest, state, synthetic_closest, tables):
    if state.script:
        _closest = synthetic_closest, holdout_closest
        script.print_findings(tables, fidelity, comparison, *_closest, assessed, state.options)
        script.end(assessed)
    return


if __name__ == "__main__":
    app.run()
