"""The microVM engine: a Docker daemon in an unprivileged QEMU guest, restored from a snapshot (docs/microvm.md)."""
