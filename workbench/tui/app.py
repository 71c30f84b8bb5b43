"""The app: its screens, themes and keys, and what outlives every screen."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.reactive import reactive
from textual.screen import Screen
from textual.theme import Theme

from workbench.errors import WorkbenchError, WriteError
from workbench.store.runs import Run, RunStore
from workbench.store.status import State
from workbench.tui.background import Starts
from workbench.tui.leaving import Leave, Leaving
from workbench.tui.look import LEAST_COLUMNS, LEAST_ROWS, Look
from workbench.tui.screens.keys import KeysScreen
from workbench.tui.settings import Settings, load_settings, save_settings
from workbench.tui.themes import ANSI, THEMES
from workbench.tui.trainings import Job, Result, Situation, Trainings
from workbench.tui.widgets.heading import Heading

if TYPE_CHECKING:
    from workbench.config.profile import RunProfile

POLL_SECONDS = 0.25


class WorkbenchApp(App[Leave]):
    """Screens are pushed on the list of runs, or on the run to open first, which it then follows.

    `trainings` lives as long as the process.
    """

    TITLE = "workbench"
    CSS_PATH: ClassVar[list[str | PurePath]] = [
        "style.tcss",
        "styles/key_line.tcss",
        "styles/profile.tcss",
        "styles/run.tcss",
        "styles/runs.tcss",
    ]
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "keys", "Keys", tooltip="Show all keys"),
        Binding("q", "leave", "Leave", tooltip="Leave this screen, at last the program"),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True, tooltip="Leave the program"),
        Binding("ctrl+z", "suspend_process", "Suspend", show=False, tooltip="Back to the shell"),
        Binding("w", "current", "Training", show=False, tooltip="Look at the run that trains here"),
    ]

    situation: reactive[Situation] = reactive(Situation())

    def __init__(
        self,
        store: RunStore,
        trainings: Trainings,
        *,
        look: Look,
        settings: Path,
        run: Run | None = None,
    ) -> None:
        """`settings` is where they are kept; `run` is the run to open first."""
        super().__init__(ansi_color=None if look.color and look.palette else True)
        self.store = store
        self.trainings = trainings
        self.look = look
        self.settings = load_settings(settings)
        self._choose_theme()
        self._settings_path = settings
        self._first_run = run
        self.starts = Starts(store.root)
        self._leaving = Leaving(self)
        self._to_open: tuple[Job, Screen[Any]] | None = None
        """The training that was asked for last, and the screen to open its own from."""

    def _choose_theme(self) -> None:
        """Before the styles are read: another theme later has them read again."""
        for theme in THEMES:
            self.register_theme(theme)
        known = self.settings.theme in self.available_themes
        plain = not (self.look.color and self.look.palette)
        self.theme = ANSI if plain else self.settings.theme if known else Settings().theme

    def on_mount(self) -> None:
        self.set_class(not self.look.unicode, "-ascii")
        self.set_class(not self.look.color, "-colorless")
        self.theme_changed_signal.subscribe(self, self._remember_theme)
        if self._first_run is not None:
            self.open_run(self._first_run)
        else:
            from workbench.tui.screens.runs import RunsScreen

            self.push_screen(RunsScreen())
        self.set_interval(POLL_SECONDS, self._look_at_trainings)

    def on_resize(self, event: Resize) -> None:
        small = event.size.width < LEAST_COLUMNS or event.size.height < LEAST_ROWS
        self.set_class(small, "-too-small")

    def remember(self, **changes: object) -> None:
        """Change settings, and keep them for the next start, beside what other windows changed."""
        settings = Settings.model_validate({**self.settings.model_dump(), **changes})
        if settings == self.settings:
            return
        self.settings = settings
        try:
            kept = load_settings(self._settings_path).model_dump()
            save_settings(Settings.model_validate({**kept, **changes}), self._settings_path)
        except WriteError as error:
            self.tell(error)

    def _remember_theme(self, theme: Theme) -> None:
        """But not the one of a terminal that can show no other."""
        if theme.name != ANSI:
            self.remember(theme=theme.name)

    def tell(self, error: WorkbenchError) -> None:
        """Show an error and what to do about it."""
        lines = [str(error), *([error.hint] if error.hint else [])]
        self.notify("\n".join(lines), severity="error", timeout=10, markup=False)

    def say(self, text: str) -> None:
        self.notify(text, markup=False)

    def ring(self) -> None:
        """A run has ended: let it be heard, by those who want to."""
        if self.settings.bell:
            self.bell()

    def tell_end(self, name: str, state: State) -> None:
        """Say and ring that a run has ended."""
        self.ring()
        self.say(f"{name}: {state}")

    def train(self, profile: RunProfile) -> None:
        """Train it in this window, at once or when its turn comes.

        The screen of the one that was asked for last opens when it trains, if the
        screen of now is in sight then: keys typed elsewhere are not meant for it.
        """
        busy = self.trainings.busy
        self._to_open = self.trainings.add(profile), self.screen
        self.say(f"{profile.name} waits for what trains now" if busy else f"{profile.name} starts")

    def train_detached(self, profile: RunProfile) -> None:
        """Train it in a process of its own, which outlives this window."""
        self.starts.train(profile)
        self.say(f"{profile.name}: a process in the background prepares")

    def resume_detached(self, run: Run) -> None:
        """Go on with a run in a process of its own."""
        self.starts.resume(run)
        self.say(f"{run.id}: a process in the background prepares")

    def detach(self) -> None:
        """Ask whether to leave, with processes in the background to go on with what trains."""
        self._leaving.detach()

    def open_run(self, run: Run) -> bool:
        """Open its screen; False where that is the one in sight."""
        from workbench.tui.screens.run import RunScreen

        if isinstance(self.screen, RunScreen) and self.screen.is_of(run):
            return False
        self.push_screen(RunScreen(run))
        return True

    def edit(self, table: dict[str, Any], path: Path | None = None) -> None:
        """Open the form on a copy of `table`, a profile as written in the file at `path`."""
        from workbench.tui.screens.profile import ProfileScreen

        self.push_screen(ProfileScreen(table, path))

    def action_current(self) -> None:
        if self.situation.run is None:
            self.say("nothing trains in this window")
        elif not self.open_run(self.situation.run):
            self.say("this is the run that trains in this window")

    def action_keys(self) -> None:
        self.push_screen(KeysScreen(list(self.screen.active_bindings.values())))

    def get_key_display(self, binding: Binding) -> str:
        """As Textual shows it, but for arrows that the terminal lacks: these by name."""
        shown = super().get_key_display(binding)
        return shown if self.look.unicode or shown.isascii() else binding.key

    async def action_leave(self) -> None:
        """Leave the screen; the list of runs is the last."""
        from workbench.tui.screens.runs import RunsScreen

        if isinstance(self.screen, RunsScreen):
            await self.action_quit()
        elif len(self.screen_stack) > 2:  # the app's own blank screen lies at the bottom
            self.pop_screen()
        else:
            self.switch_screen(RunsScreen())

    async def action_quit(self) -> None:
        """Leave the program."""
        self._leaving.quit()

    def action_suspend_process(self) -> None:
        """Back to the shell for a while: that would stop a training too, so it is asked about."""
        if self.trainings.busy:
            self._leaving.ask_what_becomes()
        else:
            super().action_suspend_process()

    def _look_at_trainings(self) -> None:
        self.situation = self.trainings.situation()
        for started in self.starts.done():
            if started.error is None:
                self.say(str(started))
            else:
                self.tell(started.error)

    def watch_situation(self, before: Situation, now: Situation) -> None:
        for result in now.results[len(before.results) :]:
            self._tell_end(result)
            if self._to_open is not None and result.job is self._to_open[0]:
                self._to_open = None  # it ended before it trained
        if self._to_open is not None and now.run is not None and now.job is self._to_open[0]:
            _, screen = self._to_open
            self._to_open = None
            if self.screen is screen:
                self.open_run(now.run)
            else:  # what is typed elsewhere is not meant for it
                self.say(f"{now.job.name} trains; w shows it")
        for heading in self.screen.query(Heading):
            heading.news = self.news

    @property
    def news(self) -> str:
        """What trains in this process, in a few words."""
        situation = self.situation
        if situation.job is None:
            return ""
        waiting = f", {len(situation.waiting)} waiting" if situation.waiting else ""
        return f"{situation.job.name} {situation.doing}".strip() + waiting

    def _tell_end(self, result: Result) -> None:
        if result.error is not None:
            self.ring()
            self.tell(result.error)
        elif result.run is not None:
            self.tell_end(result.job.name, result.run.status().state)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """What the keys of the screen do, and what has no key."""
        for node, binding, enabled, tooltip in screen.active_bindings.values():
            if enabled and binding.description and binding.show:
                act = partial(self.run_action, binding.action, node)
                yield SystemCommand(binding.description, tooltip or binding.description, act)
        yield SystemCommand("Theme", "Choose colours", self.action_change_theme)
        bell = "off" if self.settings.bell else "on"
        yield SystemCommand(f"Bell {bell}", "Whether the end of a run is heard", self._switch_bell)
        yield SystemCommand("Quit", "Leave the program", self.action_quit)

    def _switch_bell(self) -> None:
        self.remember(bell=not self.settings.bell)
