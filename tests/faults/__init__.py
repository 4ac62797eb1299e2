"""The fault harness: what a command leaves on disk when the power goes, or a system call fails, at any moment of it.

It runs a command under `strace`, and from the trace it can do two things:

- **power loss** (`powerloss.power_loss`): rebuild the folder as it could look after a power failure at any point, open it, and check it. The
  model is POSIX's, more pessimistic than any one file system: of a file's data only what was there at its last `fsync` is certain, later
  512-byte sectors and the later size are kept or not by chance; a created, renamed or removed name is certain only once its folder was
  synced, before that it is kept or not by chance, one by one; a rename is one step. What the trace shows and the model does not know
  (writes through a shared mapping, for one) is an error and never ignored.
- **failing calls** (`injection.inject`): run the command again with the k-th write, sync, rename or unlink of it killed or failed with EIO or
  ENOSPC, and check what is left.

What is checked is pluggable. A `Scenario` has three parts: `prepare(home)` makes the state before; `command(home)` is the command, which
creates the file `ACKNOWLEDGED` in the home when the caller has been told that the work is done; `check(home, acknowledged)` opens a state
and raises where the invariant does not hold. `scenarios.py` has those of the lake; another room adds its own in the same form:

    Scenario("publish a product", prepare=make_mesh, command=lambda home: [sys.executable, "-m", "tests.publish.child", str(home)],
             check=old_or_new_version_and_registered)

A harness that never finds anything proves nothing, so each scenario has broken builds (`broken.py`, applied by monkeypatch in the child
script and nowhere in the product): a missing sync, a rename too early. They have to turn red.

Limits: one process is traced, and the order of its threads' calls is the order in which they returned; real disks were not cut off.
"""
