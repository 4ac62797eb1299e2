"""Aggregate-only reads: a consumer gets groups of people, and never a person.

What a statement sees in place of the product is a table of groups, each of at least so many people, whose numbers are those of the group. It is the
same table whatever is asked, so no sequence of statements tells more than it does. `groups` says how they are formed, `view` forms
them, `asked` refuses statements that want rows.
"""

from mesh_platform.access.aggregates.asked import rows_refused
from mesh_platform.access.aggregates.groups import GROUP_MEAN, Groups, Part, in_force, part_of, stricter_groups
from mesh_platform.access.aggregates.view import grouped_view

__all__ = ["GROUP_MEAN", "Groups", "Part", "grouped_view", "in_force", "part_of", "rows_refused", "stricter_groups"]
