"""Home: the table of runs."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget
from textual.widgets import DataTable

from workbench.store.rows import row_of
from workbench.tui.screens.page import Page


class RunsScreen(Page):
    def parts(self) -> Iterable[Widget]:
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.add_columns("id", "state")
        for run in self.app.store.list():
            row = row_of(run)
            table.add_row(str(row["id"]), str(row["state"]), key=run.id)

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        self.app.open_run(self.app.store.find(str(event.row_key.value)))
