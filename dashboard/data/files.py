"""What can be downloaded: the tables of all runs and of the run that Live shows, as CSV or Parquet."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from dashboard.data.told import by_hand
from dashboard.live.run import stepped
from dashboard.parts.tables import frame
from dashboard.state.link import Look
from dashboard.state.session import Ensemble
from runs.folder.tables import tables, traced_table

OF_ALL = {
    "market": "A row a run and quarter",
    "products": "A row a run, quarter and product",
    "buyers": "A row a run, quarter and buyer",
}
OF_ONE = {"deals": "What came of the talks", "offers": "What was offered in them", "orders": "Lines of the book"}
ESTIMATES = {"estimates": "Median, its error and the 5-95% band of every measure"}
BY_HAND = "by_hand"
"""What a Parquet file calls the decisions by hand, in its metadata."""
TABLES = ESTIMATES | OF_ALL | OF_ONE
"""Every table and what it holds; those of OF_ONE are of a single run."""


def table(name: str, shown: Ensemble, look: Look) -> pa.Table:
    """A table of what is on the screen, with units in the columns' metadata; that of a run says what was by hand."""
    if name in OF_ALL:
        return tables(shown.data)[name]
    if name in OF_ONE:
        made = traced_table(name, stepped(shown.setting, look.run, look.hand).traced[name].assign(run=look.run))
        return made.replace_schema_metadata({BY_HAND: by_hand(look)} if look.hand.taken else None)
    names = [str(variable) for variable in shown.data.data_vars]
    quarters = [str(quarter) for quarter in shown.data.quarter.values]
    return pa.Table.from_pandas(frame(shown.data, names, quarters), preserve_index=False)


def csv(made: pa.Table) -> bytes:
    """A table as CSV."""
    sink = io.BytesIO()
    pyarrow.csv.write_csv(made, sink)
    return sink.getvalue()


def parquet(made: pa.Table) -> bytes:
    """A table as Parquet."""
    sink = io.BytesIO()
    pyarrow.parquet.write_table(made, sink, compression="zstd")
    return sink.getvalue()
