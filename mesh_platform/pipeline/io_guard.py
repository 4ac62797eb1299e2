"""An IO manager that refuses data. Rows go through the lake and nowhere else; Dagster's default would pickle them under its own home."""

import dagster as dg

_WHY = "Products hand no data to Dagster: publish into the lake, and read inputs through the platform."


class NoDataIOManager(dg.IOManager):
    """Lets None through and raises on everything else."""

    def handle_output(self, context: dg.OutputContext, obj: object) -> None:
        """Accept the None of an asset that returns nothing.

        Raises:
            dagster.DagsterInvariantViolationError: where there is anything to store.
        """
        if obj is not None:
            raise dg.DagsterInvariantViolationError(f"{context.step_key} returned a {type(obj).__name__}. {_WHY}")

    def load_input(self, context: dg.InputContext) -> object:
        """There is nothing to load.

        Raises:
            dagster.DagsterInvariantViolationError: always.
        """
        raise dg.DagsterInvariantViolationError(f"{context.name} asks Dagster for data. {_WHY}")
