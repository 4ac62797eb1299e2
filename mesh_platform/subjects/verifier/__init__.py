"""What looks after the eraser: every form of an identifier, in every file that is held, in the lake and beside it. It imports nothing of `erasure`."""
