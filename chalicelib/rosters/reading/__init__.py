"""Reading a list of people as offices send it: bytes in, rows with what they say and what is wrong out. Writes nothing.

``open_list(file, name, mapping)`` understands encoding, delimiter and columns; ``OpenedList.rows(start)`` then reads
row by row in constant memory, and may begin at any row, as a job that was cut off does.
"""

from chalicelib.rosters.reading.opening import OpenedList, open_list
from chalicelib.rosters.reading.rows import FIELDS, IDENTIFYING, Column, Field, Problem, Row

__all__ = ["FIELDS", "IDENTIFYING", "Column", "Field", "OpenedList", "Problem", "Row", "open_list"]
