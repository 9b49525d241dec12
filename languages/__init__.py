"""Every sentence that people read, in every language there is: one catalogue, a file and a folder a language.

A file is nested JSON; its leaves are sentences with `{part}`s, or the plural forms of one,
`{"one", "other"}`, chosen by the part `count`. A file of the folder holds one subject, those of `web/`
what the pages say: they read it through types written from English. This room imports nothing of the product,
and everybody may import it.
"""

from languages.catalogue import FIRST, asked, languages, nearest, own_name, say

__all__ = ["FIRST", "asked", "languages", "nearest", "own_name", "say"]
