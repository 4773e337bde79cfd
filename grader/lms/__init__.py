"""Marks into a learning management system by LTI 1.3 Advantage: its roster (NRPS), its columns and scores (AGS)."""
