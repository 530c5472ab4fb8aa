"""The whole pipeline behind two methods, for those who just want a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from os import fspath
from pathlib import Path

from synth_handson.errors import ArgumentError
from synth_handson.pipeline.blocks import synthesise_to
from synth_handson.pipeline.generate import GenerationSettings, Synthesised
from synth_handson.pipeline.kept_rules import FOUND, KeptRule, as_kept
from synth_handson.pipeline.llm_texts import written_by
from synth_handson.pipeline.manifest import manifest_path
from synth_handson.pipeline.profile import profile_file
from synth_handson.pipeline.validate import ValidationResult, validate
from synth_handson.pipeline.write import check_outputs, unfinished, write_synthesised
from synth_handson.synthesis.llm import MODEL, OLLAMA, language_model
from synth_handson.synthesis.mostly.text_model import train_texts
from synth_handson.synthesis.registry import ENGINES
from synth_handson.tables.files.form import AnyPath
from synth_handson.tables.segment import Given, Shares


class SyntheticGenerator:
    """Makes a synthetic file from a file, and checks it.

    Parameters
    ----------
    provider
        What learns the table: an engine, or "auto". With "ollama", the default engine does, and free text is
        written by a large language model on a server.
    model
        That model.
    url
        Address of the server: Ollama's, or one like OpenAI's, which ends with ``/v1``.
    allow_remote
        Whether it may be another machine.
    seed
        Seed of everything random.
    person
        The column that identifies people, of files in which they have several rows each: people are then
        learned with all of theirs, and counted everywhere.

    Raises
    ------
    ArgumentError
        If there is no such provider, or the server is another machine and that is not allowed.

    Examples
    --------
    >>> generator = SyntheticGenerator(provider="copula")
    >>> made = generator.synthesise("interviews.csv", "synthetic.csv")  # doctest: +SKIP
    >>> generator.validate("interviews.csv", "synthetic.csv").met  # doctest: +SKIP
    True
    """

    def __init__(
        self,
        provider: str = "mostly",
        model: str = MODEL,
        *,
        url: str = OLLAMA,
        allow_remote: bool = False,
        seed: int = 0,
        person: str | None = None,
    ) -> None:
        known = (*ENGINES, "auto", "ollama")
        if provider not in known:
            raise ArgumentError("provider", provider=provider, known=", ".join(known))
        self._server = language_model(url, model, allow_remote) if provider == "ollama" else None
        self._engine = None if provider == "ollama" else provider
        self._seed = seed
        self._person = person

    def synthesise(
        self,
        input_path: AnyPath,
        output_path: AnyPath,
        count: int | None = None,
        *,
        target: str | None = None,
        known: Sequence[str] = (),
        rules: str | KeptRule | Iterable[str | KeptRule] = (),
        given: Given | None = None,
        shares: Shares | None = None,
        even_if_few: bool = False,
        preserve_schema: bool = True,
        preserve_distribution: bool = True,
        force: bool = False,
        keep_going: bool = False,
    ) -> Synthesised:
        """Make a synthetic file.

        Parameters
        ----------
        input_path, output_path
            The file, and where to.
        count
            Rows, or people, to draw; by default as many as there are.
        target
            Column that a model is to predict.
        known
            Columns that somebody may already know of a person, as for
            :func:`~synth_handson.evidence.assessment.assess`.
        rules
            Rules that every row is to keep, as for
            :func:`~synth_handson.synthesis.training.train_generator`; "found" keeps all that are found.
        given, shares, even_if_few
            What the rows are to have, as for :meth:`~synth_handson.synthesis.generator.Generator.sample`.
        preserve_schema, preserve_distribution
            Always true.
        force, keep_going
            As for :func:`~synth_handson.pipeline.write.write_synthesised`.

        Returns
        -------
        Synthesised
            The table, its evidence, and what was understood of the original.

        Raises
        ------
        SynthHandsonError
            If something is wrong with the file, the server or the arguments, or personal data of the original
            occurs in the table.
        """
        for name, kept in (
            ("preserve_schema", preserve_schema), ("preserve_distribution", preserve_distribution)
        ):  # fmt: skip
            if not kept:
                raise ArgumentError("always_preserved", argument=name)
        if self._server:
            self._server.check()
        texts = written_by(self._server) if self._server else train_texts
        output = Path(fspath(output_path))
        check_outputs([output, manifest_path(output)], force, [Path(fspath(input_path))])
        profile = profile_file(input_path, person=self._person)
        chosen = profile.proposed if rules == FOUND else as_kept(rules)
        settings = GenerationSettings(
            target, count, self._engine, None, self._seed, texts, known=tuple(known), rules=chosen,
            given=given, shares=shares, even_if_few=even_if_few,
        )  # fmt: skip
        with unfinished(output) as file:
            made = synthesise_to(output, file, profile, settings)
            write_synthesised(made, input_path, output, force=force, keep_going=keep_going)
        return replace(made, file=output if made.file else None)

    def validate(
        self,
        original: AnyPath,
        synthetic: AnyPath,
        *,
        holdout: AnyPath | None = None,
        target: str | None = None,
        known: Sequence[str] = (),
    ) -> ValidationResult:
        """Check a synthetic file, as :func:`~synth_handson.pipeline.validate.validate` does.

        Texts are compared by the embeddings of the provider's language model, if it is one.
        """
        return validate(
            original,
            synthetic,
            holdout=holdout,
            target=target,
            known=known,
            llm=self._server,
            person=self._person,
        )
