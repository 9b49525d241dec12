"""Every sentence that people read, in every language there is: one catalogue, a file a language.

A file is nested JSON; its leaves are sentences with `{part}`s, or of one sentence its plural forms, `{"one",
"other"}`, chosen by the part `count`. This room imports nothing of the product, and everybody may import it.
"""

from languages.catalogue import FIRST, languages, nearest, own_name, say

__all__ = ["FIRST", "languages", "nearest", "own_name", "say"]
