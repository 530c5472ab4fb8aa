"""The whole pipeline behind two methods, for those who want a file and no options."""

from __future__ import annotations

from collections.abc import Sequence

from synth_handson.errors import ArgumentError
from synth_handson.pipeline.llm_texts import written_by
from synth_handson.pipeline.synthesise import Settings, Synthesised, synthesise, understand, write_synthesised
from synth_handson.pipeline.validate import ValidationResult, validate
from synth_handson.synthesis.llm import MODEL, OLLAMA, language_model
from synth_handson.synthesis.mostly.text_model import train_texts
from synth_handson.synthesis.registry import ENGINES
from synth_handson.tables.files.form import AnyPath


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
    ) -> None:
        known = (*ENGINES, "auto", "ollama")
        if provider not in known:
            raise ArgumentError("provider", provider=provider, known=", ".join(known))
        self._server = language_model(url, model, allow_remote) if provider == "ollama" else None
        self._engine = None if provider == "ollama" else provider
        self._seed = seed

    def synthesise(
        self,
        input_path: AnyPath,
        output_path: AnyPath,
        count: int | None = None,
        *,
        target: str | None = None,
        known: Sequence[str] = (),
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
            Rows to draw; by default as many as there are.
        target
            Column that a model is to predict.
        known
            Columns that somebody may already know of a person, as for
            :func:`~synth_handson.evidence.assessment.assess`.
        preserve_schema, preserve_distribution
            Always true.
        force, keep_going
            As for :func:`~synth_handson.pipeline.synthesise.write_synthesised`.

        Returns
        -------
        Synthesised
            The table, its evidence, and what was understood of the original.

        Raises
        ------
        SynthHandsonError
            If something is wrong with the file, the server or the arguments, or personal data of the original
            stands in the table.
        """
        for name, kept in (
            ("preserve_schema", preserve_schema), ("preserve_distribution", preserve_distribution)
        ):  # fmt: skip
            if not kept:
                raise ArgumentError("always_preserved", argument=name)
        if self._server:
            self._server.check()
        texts = written_by(self._server) if self._server else train_texts
        settings = Settings(target, count, self._engine, None, self._seed, texts, known=tuple(known))
        made = synthesise(understand(input_path), settings)
        write_synthesised(made, input_path, output_path, force=force, keep_going=keep_going)
        return made

    def validate(
        self,
        original: AnyPath,
        synthetic: AnyPath,
        *,
        holdout: AnyPath | None = None,
        target: str | None = None,
        known: Sequence[str] = (),
    ) -> ValidationResult:
        """Check a synthetic file, as :func:`~synth_handson.pipeline.validate.validate` does."""
        return validate(original, synthetic, holdout=holdout, target=target, known=known)
