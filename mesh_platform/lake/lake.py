"""The lake under one home: the door to writers, readers, purges and clean-up of every product."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb

from mesh_platform.errors import Finding, Unavailable
from mesh_platform.failpoints import fp
from mesh_platform.keys import KeyProvider
from mesh_platform.lake import catalog_key, indexing, recovery, subject_index
from mesh_platform.lake.catalog import Version
from mesh_platform.lake.copies import Copied, bring_back, copy_out
from mesh_platform.lake.domain_keys import DomainKeys
from mesh_platform.lake.encryption import published_encrypted
from mesh_platform.lake.engine import Engine, EnginePool, EngineSettings
from mesh_platform.lake.files import make_folder, on_disk
from mesh_platform.lake.lock import BUSY, holder, product_lock
from mesh_platform.lake.place import KEY, Paths, Place, places
from mesh_platform.lake.purge import Doomed, Purged, purge
from mesh_platform.lake.quarantine import lift, quarantined
from mesh_platform.lake.reader import Reader
from mesh_platform.lake.recovery import FileReport, Recovery
from mesh_platform.lake.remark import Marks, Remarked, remark
from mesh_platform.lake.scan import Scan, scanned
from mesh_platform.lake.subject_index import SubjectIndex
from mesh_platform.lake.temp import TempFolder
from mesh_platform.lake.weighing import Weights, weights
from mesh_platform.lake.writer import Writer


class Lake:
    """Published products under `home`, each with its own encrypted catalog, key, data folder and lock.

    Args:
        home: the folder of all runtime state; a copy of it opens anywhere.
        keys: what wraps the catalogs' keys.
        memory_limit: memory of one engine, as DuckDB writes it.
        threads: threads of one engine; every processor where None.
        history: versions kept per product, the current one included.
        lock_wait: seconds that a publication waits for its product's lock, where the call gives none.
        compression: of Parquet files, as DuckLake names it.
        temp: where spilled rows go; a folder of the home where None.
        behind: whether products are seen that wait after a restore: for whoever applies to them what the ledger says since, and nobody else.
    """

    def __init__(
        self,
        home: Path,
        keys: KeyProvider,
        memory_limit: str = "1GB",
        threads: int | None = None,
        history: int = 2,
        lock_wait: float = 600.0,
        compression: str = "zstd",
        temp: Path | None = None,
        behind: bool = False,
    ) -> None:
        self.home, self.keys, self.history, self.lock_wait, self.compression = home, keys, history, lock_wait, compression
        self.behind = behind
        self._temp = TempFolder(temp or home / "tmp")
        self._engines = EnginePool(EngineSettings(memory_limit, threads or os.cpu_count() or 1), self._temp)
        self._kept = threading.local()
        self.domain_keys = DomainKeys(home, keys, self._locked, self._engine, lock_wait)

    def provision_domain(self, domain: str, location: str) -> None:
        """Make the domain's folders in that location and its key, closed to others; repeating it changes nothing.

        Raises:
            Unavailable: KEY-04, where the key was revoked, or is new and the domain's was revoked elsewhere; KEY-01, where it is lost and
                catalogs stand there that it wrapped.
        """
        paths = Paths(self.home, Place(location, domain, "any"))
        catalog_key.refuse_revoked(paths)
        if not self.keys.has(domain, location):
            catalog_key.refuse_revoked_elsewhere(paths)
        make_folder(paths.catalogs)
        make_folder(paths.data.parent)
        if not self.keys.has(domain, location):
            for wrapped in paths.catalogs.glob(f"*{KEY}"):
                self.keys.unwrap(domain, location, wrapped.read_bytes())
            self.keys.wrap(domain, location, catalog_key.new_key())

    @contextmanager
    def writer(self, place: Place, wait: float | None = None, doing: str = "publication") -> Iterator[Writer]:
        """Hold the product's lock and stage on a copy of its catalog; leaving without `publish` takes everything back.

        Args:
            place: the product.
            wait: seconds to wait for the lock; the lake's own where None.
            doing: what a caller that has to wait is told, such as `publication p-7`.

        Raises:
            Unavailable: LAKE-10, where the product stays busy; LAKE-13, where its catalog or key was lost.
        """
        with self._locked(place, wait, doing) as paths:
            if paths.retired.exists():
                recovery.finish_retirement(paths)
            writer = Writer(paths, self.keys, self._engine(), self.history, self.compression)
            try:
                yield writer
            finally:
                writer.close()

    def reader(self) -> Reader:
        """A reader for this thread."""
        return Reader(self.home, self.keys, self._engine(), self.behind)

    def close(self) -> None:
        """Close what this thread keeps open and remove this process's temporary folder. The lake may be used again."""
        kept: tuple[int, Reader] | None = getattr(self._kept, "reader", None)
        if kept is not None and kept[0] == os.getpid():
            kept[1].close()
        self._kept = threading.local()
        self._engines.close()
        self._temp.close()

    def versions(self, place: Place) -> list[Version]:
        """Published versions still held, oldest first; none where the product was never published."""
        if not self.published(place):
            return []
        return self._kept_reader().versions(place)

    def published(self, place: Place) -> bool:
        """Whether a version of the product is served."""
        return Paths(self.home, place).catalog.exists()

    def places(self) -> list[Place]:
        """Every place of which anything stands in the home."""
        return places(self.home)

    def settled(self, place: Place, wait: float | None = None) -> None:
        """Return once whatever held the product's lock when this was called has ended.

        Raises:
            Unavailable: LAKE-10, where the product stays busy.
        """
        with self._locked(place, wait, "erasure"):
            pass

    def under_way(self, place: Place) -> str | None:
        """What holds the product's lock, in words; None where nothing does."""
        return holder(Paths(self.home, place).lock)

    def recover(self, place: Place) -> Recovery:
        """Remove what dead writers of the product left; a busy product is skipped and says so.

        Raises:
            Unavailable: LAKE-12 or LAKE-13, where the catalog does not open; nothing is removed then.
        """
        try:
            with self._locked(place, 0.0, "clean-up") as paths, closing(self._engine()) as engine:
                return recovery.sweep(paths, self.keys, engine)
        except Unavailable as error:
            if error.finding.rule != BUSY:
                raise
            return Recovery(busy=True)

    def recover_all(self) -> dict[Place, Recovery | Finding]:
        """`recover` at every place, and no temporary folder of a dead process left; a place that does not open gives its finding."""
        self._temp.sweep()
        done: dict[Place, Recovery | Finding] = {}
        for place in self.places():
            try:
                done[place] = self.recover(place)
            except Unavailable as error:
                done[place] = error.finding
        return done

    def purge(
        self, place: Place, doomed: Doomed | Callable[[], Doomed], author: str, message: str, wait: float | None = None
    ) -> Purged:
        """Erase rows from the served version and drop every older one, with every file that held them.

        `doomed` may be told once the lock is held, so that nothing it rests on is older than the product.

        Raises:
            NotFound: LAKE-11, where the product has no published version.
            Unavailable: LAKE-10, where the product stays busy; LAKE-19, where rows would be left (nothing is published then).
        """
        with self._locked(place, wait, "purge") as paths:
            told = doomed if isinstance(doomed, Doomed) else doomed()
            return purge(paths, self.keys, self._engine(), told, author, message)

    def subject_index(self, place: Place) -> SubjectIndex | None:
        """Which people's rows lie in which file, from memory-mapped pages; made anew where it was not made for the version that is served.

        None where the product is busy, too large to be indexed, or does not say whose its rows are: then its rows have to be asked.

        Raises:
            NotFound: LAKE-11, where the product has no published version.
            Unavailable: LAKE-12, LAKE-13, where its catalog does not open; KEY-04.
        """
        paths = Paths(self.home, place)
        catalog_key.refuse_revoked(paths)
        if (index := subject_index.fits(paths)) is not None:
            return index
        try:
            with self._locked(place, 0.0, "index of people"), closing(self._engine()) as engine:
                catalog = catalog_key.attach_published(engine.con, "mesh_indexed", paths, self.keys)
                try:
                    subject_index.keep(
                        paths, indexing.made(catalog, paths.data, subject_index.opened(paths, looked_through=True))
                    )
                finally:
                    catalog.detach()
        except Unavailable as error:
            if error.finding.rule != BUSY:
                raise
        return subject_index.fits(paths)

    def remark(self, place: Place, marks: Marks, author: str, message: str, wait: float | None = None) -> Remarked:
        """Write anew what stands beside rows about their people, and take out those that are not to be held; older versions go with their files.

        Raises:
            NotFound: LAKE-11, where the product has no published version.
            Unavailable: LAKE-10, where the product stays busy; LAKE-19, where rows would be left (nothing is published then).
        """
        with self._locked(place, wait, "consent") as paths:
            return remark(paths, self.keys, self._engine(), marks, author, message)

    def purge_what(
        self, place: Place, decide: Callable[[], Doomed | None], author: str, message: str, wait: float | None = None
    ) -> Purged | None:
        """As `purge`, of what `decide` names once the lock is held, so that nothing it rests on is older than the product; None where that is nothing."""
        with self._locked(place, wait, "purge") as paths:
            doomed = decide()
            return None if doomed is None else purge(paths, self.keys, self._engine(), doomed, author, message)

    def encrypted(self, place: Place) -> bool | None:
        """Whether the served version opens with the domain's key and not without it, seen by trying; None where that shows nothing."""
        with closing(self._engine()) as engine:
            return published_encrypted(Paths(self.home, place, self.behind), self.keys, engine)

    def weights(self, place: Place) -> Weights | None:
        """What the platform's own columns take of the files of all held versions; None where the catalog does not open."""
        with closing(self._engine()) as engine:
            return weights(Paths(self.home, place, self.behind), self.keys, engine)

    def files_of(self, place: Place) -> set[Path]:
        """The catalog of the served version and the files in the product's folder; none where nothing is served."""
        paths = Paths(self.home, place)
        return {paths.catalog, *(paths.data / name for name in on_disk(paths.data))} if paths.catalog.exists() else set()

    def file_report(self, place: Place, wait: float | None = None) -> FileReport:
        """The product's folder beside its catalog's list, looked at under the lock."""
        with self._locked(place, wait, "file report") as paths, closing(self._engine()) as engine:
            return recovery.report(paths, self.keys, engine)

    @contextmanager
    def scan(self, place: Place, wait: float | None = None) -> Iterator[Scan]:
        """All that is held of the product, file by file, for whoever verifies; the lock is held, so nothing of it changes meanwhile.

        Raises:
            NotFound: LAKE-11, where the product has no published version.
            Unavailable: LAKE-10, where it stays busy; LAKE-12, LAKE-13, where its catalog does not open.
        """
        with (
            self._locked(place, wait, "verification") as paths,
            closing(self._engine()) as engine,
            scanned(paths, self.keys, engine.con) as found,
        ):
            yield found

    def retire(self, place: Place, wait: float | None = None, record: Callable[[recovery.Inventory], None] | None = None) -> int:
        """Remove the product's key, catalog and data for good; how many data files went. Quiet where nothing is there.

        A call that was killed is finished by the next one. `record` is handed what the place holds, under the lock and before anything
        is removed; where an earlier call had begun to remove, it had been handed that, and is not called again.
        """
        with self._locked(place, wait, "retirement") as paths, closing(self._engine()) as engine:
            return recovery.retire(paths, lambda: recovery.inventory(paths, self.keys, engine), record)

    def copy_out(self, place: Place, target: Path, wait: float | None = None) -> Copied:
        """Copy all that the product's versions need into the home-like folder `target`.

        Raises:
            NotFound: LAKE-11, where the product has no published version.
            Unavailable: LAKE-10, where it stays busy; LAKE-12 to LAKE-14, where it does not open or a file of it is gone.
        """
        with self._locked(place, wait, "backup") as paths, closing(self._engine()) as engine:
            return copy_out(paths, self.keys, engine, target)

    def bring_back(self, place: Place, source: Path, said: Mapping[str, Any], wait: float | None = None) -> None:
        """Replace what stands at the place by what `source` holds of it; nobody reads it until it is lifted.

        Raises:
            Unavailable: LAKE-10, where the product stays busy; KEY-04, where its domain's key was revoked.
        """
        with self._locked(place, wait, "restore") as paths, closing(self._engine()) as engine:
            bring_back(paths, self.keys, engine, source, said)

    def quarantined(self) -> dict[Place, dict[str, Any]]:
        """The products that wait after a restore, and from which backup each comes."""
        return quarantined(self.home)

    def lift(self, place: Place) -> None:
        """Let a product that waited be read again."""
        lift(Paths(self.home, place))

    @contextmanager
    def engine(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """An engine of the lake's kind with nothing attached, for throw-away files and for looking at sources."""
        with closing(self._engine()) as engine:
            yield engine.con

    @contextmanager
    def temp_folder(self) -> Iterator[Path]:
        """A folder in the home, closed to others, that goes with the `with` or, after a kill, at the next start."""
        folder = self._temp.new()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def _locked(self, place: Place, wait: float | None, doing: str) -> Iterator[Paths]:
        paths = Paths(self.home, place, self.behind)
        with product_lock(paths.lock, place, self.lock_wait if wait is None else wait, doing):
            fp("lake.locked")
            yield paths

    def _kept_reader(self) -> Reader:
        """This thread's own reader, for short questions: an engine takes a quarter of a second to start."""
        kept: tuple[int, Reader] | None = getattr(self._kept, "reader", None)
        if kept is None or kept[0] != os.getpid():
            kept = self._kept.reader = (os.getpid(), self.reader())
        return kept[1]

    def _engine(self) -> Engine:
        return self._engines.take()
